import type { Plugin } from 'vite';
import { defineConfig } from 'wxt';

/** A public key (RSA, SPKI, base64): it fixes the extension's id, so that tests and tools know it. The
 *  private one was thrown away; a store signs with its own. */
const key =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAi01RX/I9b2bIzbRx9Wj/WHoVyB/BpfAmCaqJsrJaK8nnsUVZyBEIKQ6Y+E5lVUVAHr8qk2k8DsmMyRvSG5VtzdXKyC/KSQ6pmS3o99T1I3vLfRv5Fcq9+uGh8yNKqwEVWyqaaoeHN9bQKoMayM4hHWss7QcB0SANJGWaFUwFqStzoZTOnTtQS5RnMb8G3iYW+eKiy7RCOvQQYuzsejT7W9MPjieA13uNRXZJhUoTh+vckRWFKsX8p0d+ug1U7VO+y9GRAAoY+JLr4uJPE9fjE12zRcfCQsCCJep43CXPzFUZVVObik0xAEberFnLV4hwrHhGMpAeKvXxi9v3aFLL/wIDAQAB';

/** SQLite's package refers to two workers for ways of storage that are not used here. Left in, they
 *  would be a tenth of the extension. */
const leaveOutUnusedSqlite: Plugin = {
  name: 'leave-out-unused-sqlite',
  enforce: 'pre',
  transform: {
    filter: { id: /sqlite-wasm\/dist\/index\.mjs/ },
    handler: (code) =>
      code.replace(
        /new URL\("sqlite3-(worker1|opfs-async-proxy)\.m?js", import\.meta\.url\)/g,
        '""',
      ),
  },
};

export default defineConfig({
  modules: ['@wxt-dev/module-svelte'],
  imports: false,
  manifest: {
    name: '__MSG_name__',
    description: '__MSG_description__',
    default_locale: 'en',
    key,
    // Ed25519 and X25519 in WebCrypto.
    minimum_chrome_version: '137',
    permissions: [
      'activeTab',
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
    worker: { format: 'es', plugins: () => [leaveOutUnusedSqlite] },
    build: { target: 'chrome137' },
    optimizeDeps: { exclude: ['@sqlite.org/sqlite-wasm'] },
  }),
});
