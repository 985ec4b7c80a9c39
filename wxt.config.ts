import { defineConfig } from 'wxt';

/** Fixes the extension's id, so that tests, links and a later store listing all mean the same one. */
const key = process.env['HOLDFAST_KEY'];

export default defineConfig({
  modules: ['@wxt-dev/module-svelte'],
  imports: false,
  manifest: {
    name: '__MSG_name__',
    description: '__MSG_description__',
    default_locale: 'en',
    ...(key ? { key } : {}),
    // Ed25519 and X25519 in WebCrypto.
    minimum_chrome_version: '137',
    permissions: [
      'activeTab',
      'alarms',
      'contextMenus',
      'notifications',
      'offscreen',
      'scripting',
      'sidePanel',
      'storage',
      'unlimitedStorage',
    ],
    // Asked for one site at a time, when a person wants a quote checked against the live page.
    optional_host_permissions: ['https://*/*', 'http://*/*'],
    optional_permissions: ['tabs'],
    incognito: 'spanning',
    action: { default_title: '__MSG_actionTitle__' },
    commands: {
      clip: {
        suggested_key: { default: 'Alt+Shift+S' },
        description: '__MSG_commandClip__',
      },
      'open-panel': {
        suggested_key: { default: 'Alt+Shift+H' },
        description: '__MSG_commandPanel__',
      },
    },
    content_security_policy: {
      // 'wasm-unsafe-eval' compiles SQLite; nothing is fetched from anywhere else.
      extension_pages:
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'",
    },
  },
  vite: () => ({
    worker: { format: 'es' },
    build: { target: 'chrome137' },
    optimizeDeps: { exclude: ['@sqlite.org/sqlite-wasm'] },
  }),
});
