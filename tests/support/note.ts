/**
 * The note that a kept page shows. Its shadow root is closed, to the page and to Playwright; the
 * debugging port sees what a person sees.
 */
import { type CDPSession, expect, type Page } from '@playwright/test';

interface Node {
  readonly nodeName: string;
  readonly nodeValue: string;
  readonly backendNodeId: number;
  readonly children?: readonly Node[];
  readonly shadowRoots?: readonly Node[];
  readonly contentDocument?: Node;
}

export interface Note {
  /** Settles once the note says a text. */
  readonly says: (text: string | RegExp) => Promise<void>;
  /** Presses one of its buttons with a real pointer. */
  readonly press: (label: string) => Promise<void>;
  /** Settles once there is no note. */
  readonly isGone: () => Promise<void>;
}

export async function noteOf(page: Page): Promise<Note> {
  const session = await page.context().newCDPSession(page);
  const find = async (): Promise<Node | undefined> => {
    const { root } = await session.send('DOM.getDocument', { depth: -1, pierce: true });
    return nodesOf(root).find(({ nodeName }) => nodeName === 'HOLDFAST-NOTE');
  };
  const text = async () => {
    const note = await find();
    return note ? textOf(note) : null;
  };
  return {
    says: async (wanted) => {
      const shown = expect.poll(text, { message: 'the note on the page' });
      await (typeof wanted === 'string' ? shown.toContain(wanted) : shown.toMatch(wanted));
    },
    press: async (label) => {
      await expect.poll(text).toContain(label);
      const note = await find();
      const button = nodesOf(note).find(
        (node) => node.nodeName === 'BUTTON' && textOf(node) === label,
      );
      if (!button) throw new Error(`The note has no button '${label}'.`);
      const { x, y } = await middleOf(session, button);
      await page.mouse.click(x, y);
    },
    isGone: async () => {
      await expect.poll(text).toBeNull();
    },
  };
}

async function middleOf(session: CDPSession, { backendNodeId }: Node) {
  const { model } = await session.send('DOM.getBoxModel', { backendNodeId });
  const [x1 = 0, y1 = 0, , , x2 = 0, y2 = 0] = model.border;
  return { x: (x1 + x2) / 2, y: (y1 + y2) / 2 };
}

function nodesOf(node: Node | undefined): Node[] {
  if (!node) return [];
  const inside = [...(node.children ?? []), ...(node.shadowRoots ?? [])];
  return [node, ...inside.flatMap(nodesOf)];
}

function textOf(node: Node): string {
  return nodesOf(node)
    .map(({ nodeValue }) => nodeValue)
    .filter((value) => value.trim() !== '')
    .join(' ');
}
