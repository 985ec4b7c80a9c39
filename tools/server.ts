/** A small web server on 127.0.0.1, for pages that lie on the disk or are made for a test. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { basename, extname, join, resolve, sep } from 'node:path';

export interface Site {
  /** E.g. 'http://127.0.0.1:40123'. */
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/** What an address answers. */
export type Answer = { readonly file: string } | { readonly html: string };

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.htm': 'text/html; charset=utf-8',
  '.xhtml': 'application/xhtml+xml',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.xml': 'application/xml',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.pdf': 'application/pdf',
};

/** @param find what lies at a path, decoded, with no query; null: nothing. */
export async function serve(find: (path: string) => Answer | null): Promise<Site> {
  let origin = '';
  const server = createServer(({ url = '/', headers }, response) => {
    // A page elsewhere that had its own name point to this machine would send that name.
    const isMeant = headers.host !== undefined && `http://${headers.host}` === origin;
    const path = isMeant ? decoded(new URL(url, origin).pathname) : null;
    const answer = path === null ? null : find(path);
    response.setHeader('cache-control', 'no-store');
    if (!answer) end(response, isMeant ? 404 : 421);
    else if ('file' in answer) sendFile(response, answer.file);
    else {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(answer.html);
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  return {
    origin,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** The file of a folder that a path names; null: it leads out of the folder. */
export function inFolder(folder: string, path: string): Answer | null {
  const file = resolve(join(folder, path));
  return file.startsWith(resolve(folder) + sep) ? { file } : null;
}

/**
 * Shows single files of the disk: each with the files beside it and the folder that browsers save its
 * pictures in ('page_files' beside 'page.html'), and nothing else of that disk.
 *
 * @returns the site's paths, and its answers for `serve`.
 */
export function showFiles(files: readonly string[]) {
  const shown = files.map((file) => resolve(file));
  return {
    pathOf: (file: string) =>
      `/${shown.indexOf(resolve(file))}/${encodeURIComponent(basename(file))}`,
    find: (path: string): Answer | null => {
      const [, number, ...rest] = path.split('/');
      const page = shown[Number(number)];
      if (!page || rest.some((part) => part === '..' || part.startsWith('.'))) return null;
      const [first = '', ...deeper] = rest;
      const stem = basename(page, extname(page));
      if (deeper.length > 0 && ![`${stem}_files`, `${stem}-Dateien`].includes(first)) return null;
      return inFolder(join(page, '..'), rest.join('/'));
    },
  };
}

function sendFile(response: ServerResponse, file: string): void {
  stat(file).then(
    (found) => {
      if (!found.isFile()) {
        end(response, 404);
        return;
      }
      const type = types[extname(file).toLowerCase()] ?? 'application/octet-stream';
      response.setHeader('content-type', type);
      response.setHeader('content-length', found.size);
      createReadStream(file)
        .on('error', () => response.destroy())
        .pipe(response);
    },
    () => end(response, 404),
  );
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}

/** Null: not a path that means anything. */
function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
