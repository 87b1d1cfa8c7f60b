import { createHash } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';

/**
 * An element with what the sink's page uses of one, and nothing that makes markup out of text: whoever tries, fails. So what a
 * text holds stays a text.
 */
export class PageElement {
  textContent = '';
  className = '';
  readonly dataset: Record<string, string> = {};
  readonly attributes = new Map<string, string>();
  children: readonly PageElement[] = [];
  private readonly clicks: (() => void)[] = [];

  constructor(readonly tag: string) {}

  set innerHTML(_markup: string) {
    throw new Error('The page made markup out of text');
  }

  set outerHTML(_markup: string) {
    throw new Error('The page made markup out of text');
  }

  append(...children: readonly PageElement[]): void {
    this.children = [...this.children, ...children];
  }

  replaceChildren(...children: readonly PageElement[]): void {
    this.children = children;
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  addEventListener(_type: 'click', listener: () => void): void {
    this.clicks.push(listener);
  }

  click(): void {
    this.clicks.forEach((listener) => listener());
  }

  /** This one and everything in it. */
  all(): readonly PageElement[] {
    return [this, ...this.children.flatMap((child) => child.all())];
  }

  get text(): string {
    return [this.textContent, ...this.children.map((child) => child.text)].join(' ');
  }
}

/** The sink's page, with its own script at work, looking once. */
export class OpenSinkPage {
  private constructor(
    readonly policy: string,
    readonly script: string,
    private readonly byId: ReadonlyMap<string, PageElement>,
    readonly buttons: readonly PageElement[],
  ) {}

  static async open(url: string): Promise<OpenSinkPage> {
    const answer = await fetch(url);
    const html = await answer.text();
    const script = /<script>([^]*)<\/script>/.exec(html)?.[1] ?? '';
    const byId = new Map([...html.matchAll(/ id="(\w+)"/g)].map(([, id = '']) => [id, new PageElement('div')]));
    const buttons = [...html.matchAll(/data-mode="(\w+)"/g)].map(([, mode = '']) => {
      const button = new PageElement('button');
      button.dataset['mode'] = mode;
      return button;
    });
    const document = {
      getElementById: (id: string) => byId.get(id) ?? null,
      querySelectorAll: () => buttons,
      createElement: (tag: string) => new PageElement(tag),
    };
    const page = {
      document,
      fetch: (path: string, options: RequestInit) => fetch(new URL(path, url), options),
      setTimeout: () => 0,
    };
    runInContext(script, createContext(page));
    return new OpenSinkPage(answer.headers.get('content-security-policy') ?? '', script, byId, buttons);
  }

  /** As a browser compares it with the policy. */
  get scriptHash(): string {
    return `sha256-${createHash('sha256').update(this.script).digest('base64')}`;
  }

  element(id: string): PageElement {
    return this.byId.get(id) ?? new PageElement('none');
  }
}
