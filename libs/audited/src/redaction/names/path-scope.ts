interface CompiledPath {
  readonly names: readonly string[];
  readonly keeps: boolean;
}

interface Position {
  readonly path: CompiledPath;
  /** How many names of the path are already matched. */
  readonly at: number;
}

/**
 * A place in the event, seen from the path patterns: which of them match here, and which may still match below.
 * Walkers carry one along, so no pattern is ever matched from its beginning twice.
 */
export class PathScope {
  /** Nothing matches here or below. */
  static readonly NONE = new PathScope([]);

  /** A pattern of `redaction.paths` ends here. */
  readonly secret: boolean;
  /** A pattern of `redaction.keep` ends here. */
  readonly kept: boolean;

  private constructor(private readonly positions: readonly Position[]) {
    const ended = positions.filter(({ path, at }) => at === path.names.length);
    this.secret = ended.some(({ path }) => !path.keeps);
    this.kept = ended.some(({ path }) => path.keeps);
  }

  /** The event itself, before any name. */
  static ofEvent(secrets: readonly (readonly string[])[], kept: readonly (readonly string[])[]): PathScope {
    const paths = [
      ...secrets.map((names) => ({ names, keeps: false })),
      ...kept.map((names) => ({ names, keeps: true })),
    ];
    return paths.length === 0 ? PathScope.NONE : new PathScope(paths.flatMap((path) => skipFreely({ path, at: 0 })));
  }

  /** The place one name further down; `plainName` as {@link plainKeyName} gives it, or an array index. */
  below(plainName: string): PathScope {
    if (this === PathScope.NONE) return this;
    const reached: Position[] = [];
    for (const { path, at } of this.positions) {
      const name = path.names[at];
      if (name === '**') addFreely(reached, { path, at });
      else if (name === '*' || name === plainName) addFreely(reached, { path, at: at + 1 });
    }
    return reached.length === 0 ? PathScope.NONE : new PathScope(reached);
  }
}

/** `**` may stand for no name at all, so the position behind it is reached as well. */
function skipFreely(position: Position): Position[] {
  const { path, at } = position;
  return path.names[at] === '**' ? [position, ...skipFreely({ path, at: at + 1 })] : [position];
}

/** Each position once: patterns with several `**` would otherwise multiply theirs at every level. */
function addFreely(positions: Position[], reached: Position): void {
  for (const next of skipFreely(reached)) {
    if (!positions.some(({ path, at }) => path === next.path && at === next.at)) positions.push(next);
  }
}
