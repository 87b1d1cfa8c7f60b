// The house: which room may import which. The table is explained in CONTRIBUTING.md; a room that is not in it does
// not exist. Everything is an error, type-only imports count, and there is no list of known violations.
const LIBRARY = '^libs/audited/src/';

/** Rooms in order: an arrow points to an earlier room, and only where it is written. */
const ROOMS = {
  event: [],
  catalogue: ['event'],
  redaction: ['event'],
  integrity: ['event'],
  formats: ['event', 'catalogue'],
  storage: ['event', 'integrity'],
  delivery: ['event', 'formats', 'storage'],
  recording: ['event', 'catalogue', 'redaction', 'integrity', 'storage'],
  custody: ['event', 'integrity', 'storage', 'delivery', 'recording'],
  reading: ['event', 'storage'],
  capture: ['event', 'catalogue', 'recording'],
  typeorm: ['event', 'integrity', 'storage', 'delivery'],
  exporters: ['event', 'formats', 'delivery'],
  // capture: the reading API is audited by the same decorator as everybody's routes (docs/adr/0005).
  http: [
    'event',
    'catalogue',
    'integrity',
    'formats',
    'storage',
    'delivery',
    'recording',
    'custody',
    'reading',
    'capture',
  ],
  // What the API takes and answers, from the tables that it is made of.
  openapi: ['event', 'integrity', 'formats', 'storage', 'delivery', 'custody', 'http'],
  console: ['http'],
  // Contracts, fakes and builders for every port; the rooms that own one, and the words.
  testing: ['event', 'catalogue', 'redaction', 'integrity', 'formats', 'storage', 'delivery', 'capture'],
};
const EVERY_ROOM = Object.keys(ROOMS).join('|');
const DOORS = ['http', 'openapi', 'console', 'testing'];

/** A spec may also use the builders and contracts of `testing/`, which production code may not. */
const roomRule = ([room, allowed], { specs }) => {
  const open = [room, ...allowed, ...(specs ? ['testing'] : [])].join('|');
  return {
    name: `${room}-imports-only-its-arrows${specs ? '-in-specs' : ''}`,
    comment: `${room}/ may import: ${allowed.join(', ') || 'nothing'}${specs ? ', and testing in specs' : ''}.`,
    severity: 'error',
    from: specs
      ? { path: `${LIBRARY}${room}/.*\\.spec\\.ts$` }
      : { path: `${LIBRARY}${room}/`, pathNot: '\\.spec\\.ts$' },
    to: { path: LIBRARY, pathNot: `${LIBRARY}(${open})/` },
  };
};

module.exports = {
  forbidden: [
    ...Object.entries(ROOMS).map((room) => roomRule(room, { specs: false })),
    ...Object.entries(ROOMS).map((room) => roomRule(room, { specs: true })),
    {
      name: 'storage-knows-only-the-types-of-integrity',
      comment:
        'The store owns the lock, integrity owns the arithmetic; storage/ hands seals through without making any.',
      severity: 'error',
      from: { path: `${LIBRARY}storage/`, pathNot: '\\.spec\\.ts$' },
      to: { path: `${LIBRARY}integrity/`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-room-outside-the-table',
      comment: 'A new folder needs a purpose and its arrows in this file and in CONTRIBUTING.md first.',
      severity: 'error',
      from: {},
      to: { path: `${LIBRARY}[^/]+/`, pathNot: `${LIBRARY}(${EVERY_ROOM})/` },
    },
    {
      name: 'no-import-from-a-room-outside-the-table',
      severity: 'error',
      from: { path: `${LIBRARY}[^/]+/`, pathNot: `${LIBRARY}(${EVERY_ROOM})/` },
      to: {},
    },
    {
      name: 'wiring-knows-no-door',
      comment:
        'http/, openapi/, console/ and testing/ are entry points of their own; whoever does not import them must not load them.',
      severity: 'error',
      from: { path: `${LIBRARY}[^/]+\\.ts$`, pathNot: '\\.spec\\.ts$' },
      to: { path: `${LIBRARY}(${DOORS.join('|')})/` },
    },
    {
      name: 'only-the-entry-point-imports-the-module',
      comment: 'audit.module is the composition root: it knows every room, so no room may know it.',
      severity: 'error',
      from: { path: LIBRARY, pathNot: [`${LIBRARY}index\\.ts$`, '\\.spec\\.ts$'] },
      to: { path: `${LIBRARY}audit\\.module\\.ts$` },
    },
    {
      name: 'no-barrel-inside-the-package',
      comment: 'Import the file, never an index: barrels inside a package are how import cycles begin.',
      severity: 'error',
      from: { path: LIBRARY, pathNot: '\\.spec\\.ts$' },
      to: { path: [`${LIBRARY}index\\.ts$`, `${LIBRARY}.+/index\\.ts$`] },
    },
    {
      name: 'no-cycle',
      comment: 'Type imports included.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nest-stays-at-the-edges',
      comment:
        'The words and the pure rooms work without starting Nest: in the command line, in workers, in unit tests.',
      severity: 'error',
      from: {
        path: LIBRARY,
        pathNot: [
          `${LIBRARY}(capture|recording|http|console|typeorm|testing)/`,
          `${LIBRARY}delivery/delivery\\.service(\\.spec)?\\.ts$`,
          `${LIBRARY}audit\\.module[^/]*\\.ts$`,
        ],
      },
      to: { path: '(^|/)node_modules/@nestjs/|^@nestjs/' },
    },
    {
      name: 'database-stays-in-its-adapter',
      comment: 'Only typeorm/ knows TypeORM and its drivers; everything else speaks to the ports of storage/.',
      severity: 'error',
      from: { path: LIBRARY, pathNot: `${LIBRARY}typeorm/` },
      to: {
        path: '(^|/)node_modules/(typeorm|@nestjs/typeorm|better-sqlite3|@types/better-sqlite3|pg|@types/pg|mysql2)/|^(typeorm|better-sqlite3|pg|mysql2)$',
      },
    },
    {
      name: 'the-package-imports-what-it-declares',
      comment: 'A package that is not in libs/audited/package.json is missing on the machine of whoever installs ours.',
      severity: 'error',
      // testing/formats/ is for our own specs and stays out of the package (tsconfig.lib.json).
      from: { path: LIBRARY, pathNot: ['\\.spec\\.ts$', `${LIBRARY}testing/formats/`] },
      // A peer that is optional counts as declared: whoever names its database installs its driver.
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'unpublished-test-support-stays-in-specs',
      comment: 'testing/formats/ is not built: whatever is published must not import it.',
      severity: 'error',
      from: { path: LIBRARY, pathNot: ['\\.spec\\.ts$', `${LIBRARY}testing/formats/`] },
      to: { path: `${LIBRARY}testing/formats/` },
    },
    {
      name: 'apps-import-the-package-by-name',
      comment: 'An application sees what a user sees: the published entry points.',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^libs/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'the-command-line-imports-the-package-and-its-two-dependencies',
      comment: 'It ships inside the package: what it imports, everybody installs (docs/adr/0004).',
      severity: 'error',
      from: { path: '^apps/cli/', pathNot: '\\.spec\\.ts$' },
      to: {
        dependencyTypesNot: ['local', 'core', 'aliased'],
        pathNot: '(^|/)node_modules/(commander|cli-progress|@types/cli-progress)/',
      },
    },
    {
      name: 'the-command-line-knows-no-nest',
      comment: 'It starts in an empty folder, without an application: through the main entry it takes types only.',
      severity: 'error',
      from: { path: '^apps/cli/', pathNot: '\\.spec\\.ts$' },
      to: { path: `${LIBRARY}index\\.ts$`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the-library-needs-no-command-line',
      comment: 'commander and cli-progress are for apps/cli; an application never loads them.',
      severity: 'error',
      from: { path: LIBRARY },
      to: { path: '(^|/)node_modules/(commander|cli-progress|@types/cli-progress)/|^(commander|cli-progress)$' },
    },
    {
      name: 'apps-do-not-know-each-other',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'the-package-knows-no-app-and-no-test',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(apps|test|benchmarks|tools)/' },
    },
    {
      name: 'no-unresolvable',
      comment: 'A path inside the package that is not an entry point does not resolve either.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|libs/[^/]+/dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.cts', '.mts', '.js', '.cjs', '.mjs', '.json', '.d.ts'],
    },
  },
};
