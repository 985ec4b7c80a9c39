/**
 * Imports point down: entrypoints → components → ui → rpc, model; engine → the rooms below by their
 * interfaces; the rooms do not know each other; model imports nothing of ours.
 */
const rooms = ['ledger', 'database', 'mesh', 'ai', 'clip', 'planning', 'transfer'];

/** What each room may import of ours, besides itself. */
const mayImport = {
  model: [],
  ledger: ['model'],
  database: ['model', 'ledger'],
  mesh: ['model', 'ledger'],
  ai: ['model'],
  clip: ['model'],
  planning: ['model'],
  transfer: ['model'],
  rpc: ['model'],
  engine: ['model', 'rpc', ...rooms],
  ui: ['model', 'rpc'],
};

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'A circle means that two files are one.',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    ...Object.entries(mayImport).map(([room, allowed]) => ({
      name: `${room}-points-down`,
      severity: 'error',
      from: { path: `^lib/${room}/` },
      to: {
        path: '^(lib|components|entrypoints|tests|tools)/',
        pathNot: [`^lib/(${[room, ...allowed].join('|')})/`, '^lib/errors\\.ts$'],
      },
    })),
    {
      name: 'errors-imports-nothing',
      severity: 'error',
      from: { path: '^lib/errors\\.ts$' },
      to: { path: '^(lib|components|entrypoints|tests|tools)/' },
    },
    {
      name: 'components-point-down',
      severity: 'error',
      from: { path: '^components/' },
      to: { path: '^(lib|entrypoints|tests|tools)/', pathNot: '^lib/(ui|rpc|model|errors)' },
    },
    {
      name: 'the-extension-knows-no-tools',
      severity: 'error',
      from: { path: '^(entrypoints|components|lib)/' },
      to: { path: '^(tests|tools)/' },
    },
    {
      name: 'sql-stays-in-database',
      severity: 'error',
      from: { path: '^(entrypoints|components|lib)/', pathNot: '^lib/database/' },
      to: { path: 'node_modules/@sqlite\\.org' },
    },
    {
      name: 'yjs-stays-in-ledger-and-mesh',
      severity: 'error',
      from: { path: '^(entrypoints|components|lib)/', pathNot: '^lib/(ledger|mesh)/' },
      to: { path: 'node_modules/(yjs|y-webrtc|y-protocols)' },
    },
    {
      name: 'runtime-uses-dependencies',
      comment: 'What ships must not come from devDependencies.',
      severity: 'error',
      from: { path: '^(components|lib)/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/(svelte|wxt)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.svelte', '.json'] },
  },
};
