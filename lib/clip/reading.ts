/**
 * Reading: the rendered page as lines, in the order in which a person reads them.
 *
 * One walk over the flattened tree (open shadow roots and slots included), with an explicit stack,
 * because a hostile page nests deeper than any call stack. It reads all that can be seen, chrome too,
 * and leaves to `choice` which lines are the document. Beside the lines it makes a skeleton: an inert
 * copy of what is visible, for the extractors to judge, in which every element that holds text
 * bears its number. The page itself is never changed.
 */
import type { Block, HiddenText } from '../model/page.ts';
import { fold, smuggledText, visibleCharacters } from './characters.ts';
import { isForm, openEye, type Light } from './visibility.ts';

/** A block to be, not yet placed in a text. */
export interface Line {
  readonly kind: Block['kind'];
  readonly text: string;
  readonly level: number | null;
  readonly ordinal: number | null;
  readonly checked: boolean | null;
  /** Offsets count from the start of the line, here and in `selected`. */
  readonly links: readonly {
    readonly start: number;
    readonly end: number;
    readonly href: string;
  }[];
  /** UTF-16 code units inside any link, followed or not. */
  readonly linked: number;
  readonly selected: { readonly start: number; readonly end: number } | null;
  readonly region: Region;
  /** Numbers that the elements which hold its text bear in the skeleton. */
  readonly marks: readonly number[];
  /** The nearest `lang`; null: none. */
  readonly language: string | null;
}

/** A block-level element that was walked. */
export interface Region {
  readonly element: Element;
  readonly parent: Region | null;
  /** Kept in place while the page scrolls. */
  readonly isFixed: boolean;
}

export interface Reading {
  readonly lines: readonly Line[];
  /** Parents before children. */
  readonly regions: readonly Region[];
  readonly hidden: readonly HiddenText[];
  /** null: too large or too deep for the extractors. */
  readonly skeleton: Document | null;
  /** The page was longer than a reading may be; the rest was not read. */
  readonly cut: boolean;
}

/** The attribute that bears the number. */
export const mark = 'data-holdfast';

/** UTF-16 code units, chrome included. */
const longestReading = 4_000_000;
const mostElements = 200_000;
/** Beyond this the extractors take longer than a person waits. */
const largestSkeleton = 8000;
const deepestSkeleton = 300;
/** UTF-16 code units of one text node that are worth judging. */
const longestJudged = 10_000;
/** UTF-16 code units of a letter with its accents: the longest that is put together again. */
const longestCluster = 16;
/** UTF-16 code units of a paragraph that was wrapped with line breaks. */
const longestWrapped = 4000;
/** Entries, and UTF-16 code units of each: what is worth inspecting. */
const mostHidden = 300;
const longestHidden = 4000;

/** Elements whose text is no part of what the page says, such as scripts, fields and pictures. */
const unread = new Set(
  (
    'SCRIPT STYLE TEMPLATE NOSCRIPT HEAD SVG CANVAS VIDEO AUDIO OBJECT EMBED IFRAME FRAME ' +
    'SELECT DATALIST TEXTAREA METER PROGRESS MAP RT RP'
  ).split(' '),
);

interface Frame {
  readonly element: Element;
  readonly children: ArrayLike<Node>;
  next: number;
  readonly isBlock: boolean;
  /** In a line, but set apart from the words beside it. */
  readonly isBox: boolean;
  /** Its blocks are cells: they are joined by a space. */
  readonly isRow: boolean;
  readonly region: Region;
  readonly style: CSSStyleDeclaration;
  readonly light: Light;
  readonly copy: Element | null;
  readonly kind: Block['kind'];
  readonly headingLevel: number;
  /** Depth of lists. */
  readonly depth: number;
  readonly list: { next: number; readonly step: number } | null;
  /** A grid of short texts: its columns, and the cell that comes next. */
  readonly grid: { next: number; readonly columns: number } | null;
  /** Whether line ends in the source are line ends on the page; undefined until it matters. */
  breaksLines: boolean | undefined;
  readonly isButton: boolean;
  readonly isLink: boolean;
  readonly anchor: Element | null;
  readonly language: string | null;
  /** Why the text directly in it is hidden; undefined until there is any. */
  textReason: HiddenText['reason'] | null | undefined;
  number: number | null;
}

export function read(root: Element, selection: Range | null): Reading {
  const document = root.ownerDocument;
  const view = viewOf(document);
  const eye = openEye(document);

  const lines: Line[] = [];
  const regions: Region[] = [];
  const hidden: HiddenText[] = [];
  let skeleton: Document | null = document.implementation.createHTMLDocument('');
  let elements = 0;
  let length = 0;
  let marks = 0;
  /** How far the reading was when something hidden was last met: what hides together is one entry. */
  let hiddenAt = -1;

  // The line being read.
  let draft = newDraft();
  let run: Draft[] = [];
  let item: { ordinal: number | null; level: number } | null = null;
  let check: { checked: boolean; depth: number } | null = null;
  let rows = 0;
  /** A term was read, and what it means goes on in the same line. */
  let isTermOpen = false;

  const stack: Frame[] = [];

  function hide(text: string, reason: HiddenText['reason']): void {
    const folded = fold(text).slice(0, longestHidden);
    if (folded === '') return;
    const last = hidden.at(-1);
    const isNext = last?.reason === reason && hiddenAt === length + draft.length;
    hiddenAt = length + draft.length;
    if (isNext && last.text.length + folded.length < longestHidden) {
      hidden[hidden.length - 1] = { text: `${last.text} ${folded}`, reason };
    } else if (hidden.length < mostHidden) {
      hidden.push({ text: folded, reason });
    }
  }

  function write(text: string, frame: Frame, isSelected: boolean): void {
    if (text === '' || (frame.isButton && rows > 0)) return;
    let piece = visibleCharacters(text);
    if (frame.kind !== 'code') {
      piece = piece.replace(/\s+/g, ' ');
      const isApart = draft.length === 0 || draft.pieces.at(-1)?.endsWith(' ') === true;
      if (isApart) piece = piece.trimStart();
    }
    if (piece === '') return;
    // An accent in an element of its own belongs to the letter before it.
    if (/^\p{M}/u.test(piece) && draft.pieces.length > 0) {
      const last = draft.pieces.pop() ?? '';
      draft.length -= last.length;
      piece = last.slice(-longestCluster) + piece;
      if (last.length > longestCluster) add(last.slice(0, -longestCluster));
      piece = piece.normalize('NFC');
    }
    const start = draft.length;
    add(piece);
    const end = draft.length;
    if (frame.anchor !== null) {
      const last = draft.links.at(-1);
      const { anchor } = frame;
      if (last?.anchor === anchor) last.end = end;
      else draft.links.push({ start: piece.startsWith(' ') ? start + 1 : start, end, anchor });
    }
    if (isSelected) {
      draft.selectedFrom = Math.min(draft.selectedFrom, start);
      draft.selectedTo = end;
    }
    if (frame.isLink) draft.linkedLength += piece.length;
    if (frame.isButton) draft.buttonLength += piece.trim().length;
    if (frame.number !== null) draft.marks.add(frame.number);
  }

  function add(piece: string): void {
    draft.pieces.push(piece);
    draft.length += piece.length;
  }

  /** A line break inside a block. */
  function breakLine(frame: Frame): void {
    if (rows > 0 || frame.kind === 'heading') {
      write(' ', frame, false);
      return;
    }
    run.push(draft);
    draft = newDraft();
  }

  /** The end of a block: what was read so far becomes lines. */
  function endBlock(frame: Frame): void {
    if (draft.length === 0 && run.length === 0) return;
    run.push(draft);
    const drafts = frame.kind === 'code' ? [joinCode(run)] : joinLines(run);
    run = [];
    draft = newDraft();
    for (const each of drafts) {
      const line = finish(each, frame);
      if (line === null) continue;
      lines.push(line);
      length += line.text.length + 1;
    }
  }

  function finish(done: Draft, frame: Frame): Line | null {
    const whole = done.pieces.join('').trimEnd();
    let text = frame.kind === 'code' ? whole.replace(/^\n+/, '') : whole;
    let shift = whole.length - text.length;
    if (text.trim() === '') return null;
    const isButton = done.buttonLength >= text.replace(/\s/g, '').length * 0.9;
    if (isButton && frame.kind !== 'heading') return null;

    let kind = frame.kind;
    let level: number | null = kind === 'heading' ? frame.headingLevel : null;
    let ordinal: number | null = null;
    let checked: boolean | null = null;
    if (kind !== 'code') {
      const box = /^(?:[-*•]\s*)?(?:\[([ xX✓✔])\]|([☐☑☒🗹]))\s+(?=\S)/u.exec(text);
      const bullet = /^[-*•‣◦▪·–]\s+(?=\S)/.exec(text);
      if (box !== null) {
        checked = box[1] === undefined ? box[2] !== '☐' : box[1] !== ' ';
        shift = box[0].length;
      } else if (bullet !== null && kind === 'paragraph') {
        kind = 'item';
        level = Math.max(1, frame.depth);
        shift = bullet[0].length;
      }
      text = text.slice(shift);
    }
    if (check !== null) {
      checked = check.checked;
      check = null;
    }
    if (kind !== 'heading' && checked !== null) {
      kind = 'check';
      level = item?.level ?? Math.max(1, frame.depth);
      item = null;
    } else if (item !== null) {
      if (kind === 'paragraph' || (kind === 'row' && frame.element.tagName !== 'TR')) {
        kind = 'item';
        ({ level, ordinal } = item);
      }
      item = null;
    }
    if (kind !== 'check') checked = null;

    const at = (offset: number): number => Math.min(Math.max(offset - shift, 0), text.length);
    const links = done.links
      .map(({ start, end, anchor }) => ({
        start: at(start),
        end: at(end),
        href: linkAddress(anchor),
      }))
      .filter(
        (link): link is Line['links'][number] =>
          link.href !== null && text.slice(link.start, link.end).trim() !== '',
      );
    let selected = null;
    if (done.selectedTo > 0 && at(done.selectedFrom) < at(done.selectedTo)) {
      selected = { start: at(done.selectedFrom), end: at(done.selectedTo) };
    }
    const linked = Math.min(done.linkedLength, text.length);
    return {
      kind,
      text,
      level,
      ordinal,
      checked,
      links,
      linked,
      selected,
      region: frame.region,
      marks: [...done.marks],
      language: frame.language,
    };
  }

  function enter(element: Element, parent: Frame | null): void {
    const tag = element.tagName.toUpperCase();
    if (++elements > mostElements) return;
    const column = parent?.grid ? parent.grid.next++ % parent.grid.columns : null;
    if (tag === 'BR' && parent !== null) return breakLine(parent);
    if (tag === 'INPUT' || isCheckbox(element)) {
      if (parent !== null) tick(element, parent);
      if (tag === 'INPUT') return;
    }
    if (unread.has(tag)) return;

    const style = view.getComputedStyle(element);
    const light = eye.lookAt(element, style, parent?.light ?? eye.root);
    if (typeof light === 'string') {
      hide(textWithin(element, document), light);
      return;
    }
    if (check === null && parent !== null && isCrossedOut(element, tag, style)) return;
    if (parent?.kind === 'heading' && headingTools.test(element.getAttribute('class') ?? ''))
      return;
    const isHeading = /^H[1-6]$/.test(tag) || element.getAttribute('role') === 'heading';
    const { display } = style;
    const isInline =
      /^(inline|contents|ruby|math)/.test(display) ||
      // A drop cap floats, and is still the first letter of its word.
      (element.childElementCount === 0 &&
        element.textContent.length <= 2 &&
        style.cssFloat === 'left');
    const isBlock = !isInline && parent !== null;
    const isBox =
      /^inline-(block|flex|grid|table)/.test(display) &&
      (element.childElementCount > 0 || element.textContent.length > 1);
    const inRow = rows > 0;
    const isTerm =
      !inRow && tag === 'DT' && isSimple(element, 0, 160) && definition(element) !== null;
    const isDefinition = isTermOpen && tag === 'DD' && isSimple(element, 0, 400);
    const isCell = column !== null && !inRow;
    const isRow =
      isTerm ||
      isDefinition ||
      isCell ||
      (!inRow && parent !== null && beginsRow(element, tag, style));

    if (parent !== null && isBlock) {
      if (inRow || isDefinition || (isCell && column > 0)) write(' ', parent, false);
      else endBlock(parent);
    } else if (parent !== null && isBox) {
      write(' ', parent, false);
    }
    // Links that touch in the source stand apart on the page.
    const isNextLink = tag === 'A' && element.previousSibling?.nodeName === 'A';
    if (isNextLink && parent !== null && !isBlock) write(' ', parent, false);
    let region = parent?.region ?? null;
    if (region === null || (isBlock && !inRow)) {
      region = { element, parent: region, isFixed: style.position === 'fixed' };
      regions.push(region);
    }

    let list: Frame['list'] = null;
    if (tag === 'OL') {
      const step = element.hasAttribute('reversed') ? -1 : 1;
      const start = parseInt(element.getAttribute('start') ?? '', 10);
      const items =
        step < 0 ? [...element.children].filter((child) => child.tagName === 'LI').length : 1;
      list = { next: Number.isNaN(start) ? items : start, step };
    }
    const isList =
      tag === 'OL' || tag === 'UL' || tag === 'MENU' || element.getAttribute('role') === 'list';
    const depth = (parent?.depth ?? 0) + (isList ? 1 : 0);
    if (!inRow && (tag === 'LI' || element.getAttribute('role') === 'listitem')) {
      let ordinal: number | null = null;
      if (parent?.list) {
        const value = parseInt(element.getAttribute('value') ?? '', 10);
        if (!Number.isNaN(value)) parent.list.next = value;
        ordinal = parent.list.next;
        parent.list.next += parent.list.step;
      }
      item = { ordinal, level: Math.max(1, depth) };
    }

    const isButton =
      (tag === 'BUTTON' || element.getAttribute('role') === 'button') &&
      tag !== 'SUMMARY' &&
      !element.hasAttribute('aria-expanded');
    const isCode =
      parent?.kind === 'code' || (tag === 'PRE' && !inRow && document.contentType !== 'text/plain');
    let copy: Element | null = null;
    if (skeleton !== null) {
      if (elements > largestSkeleton || stack.length > deepestSkeleton) {
        skeleton = null;
      } else {
        copy = copyOf(element, tag, skeleton);
        if (copy !== skeleton.body) (parent?.copy ?? skeleton.body).append(copy);
      }
    }
    let kind = parent?.kind ?? 'paragraph';
    if (isCode) kind = 'code';
    else if (isHeading) kind = 'heading';
    else if (isRow) kind = 'row';
    else if (tag === 'BLOCKQUOTE') kind = 'quote';
    const shadow = element.shadowRoot;
    const assigned = tag === 'SLOT' ? (element as HTMLSlotElement).assignedNodes() : [];
    if (isRow) rows++;
    stack.push({
      element,
      children: assigned.length > 0 ? assigned : (shadow ?? element).childNodes,
      next: 0,
      isBlock,
      isBox,
      isRow,
      region,
      style,
      light,
      copy,
      kind,
      headingLevel: isHeading ? headingLevel(element, tag) : (parent?.headingLevel ?? 0),
      depth,
      list,
      grid: inRow ? null : gridOf(element, display, style),
      breaksLines: isCode ? false : undefined,
      isButton: isButton || parent?.isButton === true,
      isLink: tag === 'A' || element.getAttribute('role') === 'link' || parent?.isLink === true,
      anchor: tag === 'A' ? element : (parent?.anchor ?? null),
      language: element.getAttribute('lang') ?? parent?.language ?? null,
      textReason: undefined,
      number: null,
    });
  }

  function leave(frame: Frame): void {
    const parent = stack.at(-1);
    if (frame.isRow) rows--;
    isTermOpen =
      frame.isRow && /^D[TD]$/.test(frame.element.tagName) && definition(frame.element) !== null;
    if (frame.isBlock || parent === undefined) {
      const { grid = null } = parent ?? {};
      const isRowOpen = isTermOpen || (grid !== null && grid.next % grid.columns !== 0);
      if (rows > 0 || isRowOpen) write(' ', frame, false);
      else endBlock(frame);
    } else if (frame.isBox) {
      write(' ', parent, false);
    }
    if (rows === 0 && frame.element.tagName === 'LI') item = null;
    if (check !== null && stack.length < check.depth - 1) check = null;
  }

  function readText(node: Text, frame: Frame): void {
    const text = node.data;
    if (text === '') return;
    if (frame.textReason === undefined) {
      if (!/\S/.test(text)) return write(' ', frame, false);
      frame.textReason = eye.lookAtText(frame.element, frame.style, frame.light);
    }
    if (frame.textReason !== null) {
      hide(text, frame.textReason);
      return;
    }
    const smuggled = smuggledText(text);
    if (smuggled !== '') hide(smuggled, 'tiny');
    if (frame.copy !== null && skeleton !== null) {
      frame.number ??= marks++;
      let holder = frame.copy;
      // Readability renames a <div> that holds text, and the number would be lost with it.
      if (holder.tagName === 'DIV') {
        holder = skeleton.createElement('span');
        frame.copy.append(holder);
      }
      holder.setAttribute(mark, String(frame.number));
      holder.append(
        skeleton.createTextNode(
          visibleCharacters(text).replace(/\s+/g, ' ').slice(0, longestJudged),
        ),
      );
    }

    let from = text.length;
    let to = text.length;
    if (selection?.intersectsNode(node) === true) {
      from = node === selection.startContainer ? selection.startOffset : 0;
      if (node === selection.endContainer) to = selection.endOffset;
    }
    for (const [start, end, isSelected] of [
      [0, from, false],
      [from, to, true],
      [to, text.length, false],
    ] as const) {
      if (start >= end) continue;
      const piece = text.slice(start, end);
      if (
        !piece.includes('\n') ||
        !(frame.breaksLines ??= /^(pre|break-spaces)/.test(frame.style.whiteSpace))
      ) {
        write(piece, frame, isSelected);
        continue;
      }
      piece.split(/\r\n?|\n/).forEach((part, index) => {
        if (index > 0) breakLine(frame);
        write(part, frame, isSelected);
      });
    }
  }

  /** A box to tick: it begins a line, or belongs to the one that it ends. */
  function tick(element: Element, parent: Frame): void {
    const checked = checkState(element);
    if (checked === null) return;
    const label = element.closest('label') ?? element.parentElement;
    const isBegun = draft.pieces.some((piece) => piece.trim() !== '');
    const isLast = isBegun && label !== null && !hasTextAfter(element, label);
    if (!isLast && isBegun && rows === 0) endBlock(parent);
    check = { checked, depth: stack.length };
  }

  /** A form whose fields are named like the members of an element answers with its fields: it is
   *  read through what every element has, and what it holds counts as its parent's. */
  function enterForm(form: HTMLFormElement, parent: Frame): void {
    if (!isClobbered(form, root)) return enter(form, parent);
    elements++;
    const style = view.getComputedStyle(form);
    const isGone = style.display === 'none';
    if (isGone || style.opacity === '0') {
      return hide(textWithin(form, document), isGone ? 'display' : 'transparent');
    }
    endBlock(parent);
    const children = Reflect.get<Node, 'childNodes'>(view.Node.prototype, 'childNodes', form);
    stack.push({
      ...parent,
      children,
      next: 0,
      style,
      isRow: false,
      isBlock: true,
      list: null,
      grid: null,
      textReason: undefined,
      number: null,
    });
  }

  enter(root, null);
  while (stack.length > 0) {
    const frame = stack.at(-1) as Frame;
    const child = frame.next < frame.children.length ? frame.children[frame.next++] : undefined;
    if (child === undefined || length > longestReading || elements > mostElements) {
      stack.pop();
      leave(frame);
    } else if (isForm(child)) {
      enterForm(child, frame);
    } else if (child.nodeType === 3) {
      readText(child as Text, frame);
    } else if (child.nodeType === 1) {
      enter(child as Element, frame);
    }
  }
  return {
    lines,
    regions,
    hidden,
    skeleton,
    cut: length > longestReading || elements > mostElements,
  };
}

function viewOf(document: Document): Window & typeof globalThis {
  if (document.defaultView === null) throw new TypeError('A page is read where it is rendered.');
  return document.defaultView;
}

/** A line that grows: its text is put together once, when it ends. */
interface Draft {
  pieces: string[];
  length: number;
  links: { start: number; end: number; anchor: Element }[];
  selectedFrom: number;
  selectedTo: number;
  buttonLength: number;
  linkedLength: number;
  marks: Set<number>;
}

function newDraft(): Draft {
  return {
    pieces: [],
    length: 0,
    links: [],
    selectedFrom: Infinity,
    selectedTo: 0,
    buttonLength: 0,
    linkedLength: 0,
    marks: new Set(),
  };
}

/** Lines of one block: those that were only wrapped are one again. */
function joinLines(run: readonly Draft[]): Draft[] {
  const joined: Draft[] = [];
  let isNew = true;
  let before = '';
  for (const line of run) {
    const last = joined.at(-1);
    const text = line.pieces.join('');
    if (text.trim() === '') {
      isNew = true;
      continue;
    }
    const isWrapped = !isNew && continues(before.trimEnd(), text);
    if (last !== undefined && isWrapped && last.length < longestWrapped) append(last, line, ' ');
    else joined.push(line);
    before = text;
    isNew = false;
  }
  return joined;
}

function joinCode(run: readonly Draft[]): Draft {
  const [first = newDraft(), ...rest] = run;
  for (const line of rest) append(first, line, '\n');
  return first;
}

function append(to: Draft, line: Draft, separator: string): void {
  const gap = separator === ' ' && to.pieces.at(-1)?.endsWith(' ') === true ? '' : separator;
  const shift = to.length + gap.length;
  to.pieces.push(gap);
  for (const piece of line.pieces) to.pieces.push(piece);
  to.length = shift + line.length;
  for (const link of line.links)
    to.links.push({ ...link, start: link.start + shift, end: link.end + shift });
  if (line.selectedTo > 0) {
    to.selectedFrom = Math.min(to.selectedFrom, line.selectedFrom + shift);
    to.selectedTo = line.selectedTo + shift;
  }
  to.buttonLength += line.buttonLength;
  to.linkedLength += line.linkedLength;
  for (const number of line.marks) to.marks.add(number);
}

/** Whether a line goes on in the next, as where a mail was wrapped. */
function continues(line: string, next: string): boolean {
  if (/^(?:[-*•‣◦▪·–☐☑☒>]|\[[ xX]\]|\d{1,3}[.)])\s/.test(next)) return false;
  if (/^\p{Ll}/u.test(next) || (line.length >= 40 && line.length <= 90 && /[,\u2010-]$/.test(line)))
    return true;
  // The width of a mail; a longer line was not wrapped, and 'Apologies: …' is an entry of its own.
  return (
    line.length >= 60 &&
    line.length <= 90 &&
    !/[.!?:;…»”"')\]]$/.test(line) &&
    !/^\p{Lu}[\p{L} ]{1,24}:/u.test(next)
  );
}

/** Whether an element was crossed out, because it was replaced or called off. A list entry that was
 *  ticked is often crossed out too, and is neither. */
function isCrossedOut(element: Element, tag: string, style: CSSStyleDeclaration): boolean {
  if (!/^(DEL|S|STRIKE)$/.test(tag) && !style.textDecorationLine.includes('line-through'))
    return false;
  return element.querySelector('input[type="checkbox"], [role="checkbox"]') === null;
}

/** Classes of what sites put beside a heading: '[edit]', '¶'. */
const headingTools = /(^|[-_\s])(edit-?section|anchor|permalink|header-?link)/i;

/** Whether an element is one row of a table, a list of terms, or a few words side by side. */
function beginsRow(element: Element, tag: string, style: CSSStyleDeclaration): boolean {
  if (tag === 'TR' || style.display === 'table-row' || element.getAttribute('role') === 'row')
    return isSimple(element, 2, 600);
  if (style.display === 'flex' && !style.flexDirection.startsWith('column')) {
    return !/^(H[1-6]|NAV|HEADER|FOOTER|MAIN|BODY)$/.test(tag) && isSimple(element, 2, 240);
  }
  return false;
}

/** The <dd> that goes on what a <dt> or <dd> began; null: none that is short. */
function definition(element: Element): Element | null {
  const next = element.nextElementSibling;
  return next?.tagName === 'DD' && isSimple(next, 0, 400) ? next : null;
}

/** A grid of labels and values, row by row; null: it is none, or arranges more than a few words. */
function gridOf(element: Element, display: string, style: CSSStyleDeclaration): Frame['grid'] {
  if (display !== 'grid') return null;
  const columns = style.gridTemplateColumns.match(/^[\d.]+(px|fr)( [\d.]+(px|fr)){1,3}$/)
    ? style.gridTemplateColumns.split(' ').length
    : 0;
  const cells = element.childElementCount;
  if (columns === 0 || cells === 0 || cells > 80 || cells % columns !== 0) return null;
  return [...element.children].every((cell) => isSimple(cell, 0, 120))
    ? { next: 0, columns }
    : null;
}

/** Whether an element holds a few short texts and nothing that stands for itself. Stops counting early. */
function isSimple(element: Element, least: number, most: number): boolean {
  if (element.childElementCount < least || element.childElementCount > 24) return false;
  let length = 0;
  let boxes = 0;
  let visited = 0;
  const walker = element.ownerDocument.createTreeWalker(element, 5 /* elements and text */);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (++visited > 120) return false;
    if (node.nodeType === 3) {
      length += (node as Text).data.trim().length;
      if (length > most) return false;
    } else {
      const inner = node as Element;
      if (isForm(inner)) return false;
      if (
        /^(TABLE|H[1-6]|PRE|LI|UL|OL|DL|BLOCKQUOTE|SECTION|ARTICLE|FIELDSET)$/i.test(inner.tagName)
      )
        return false;
      if (/^P$/i.test(inner.tagName) && inner.previousElementSibling?.tagName === 'P') return false;
      if (checkState(inner) !== null && ++boxes > 1) return false;
    }
  }
  return true;
}

/** Whether a field of the form stands in for a member that every element has. */
function isClobbered(form: HTMLFormElement, element: Element): boolean {
  // Named fields are no keys of a form, but each can be asked for.
  for (const name in element) if (Object.hasOwn(form, name)) return true;
  return false;
}

function isCheckbox(element: Element): boolean {
  return /^(checkbox|menuitemcheckbox|switch)$/.test(element.getAttribute('role') ?? '');
}

/** Whether a box is ticked; null: it is none. */
function checkState(element: Element): boolean | null {
  if (element.tagName === 'INPUT') {
    const input = element as HTMLInputElement;
    return input.type === 'checkbox' ? input.checked : null;
  }
  return isCheckbox(element) ? element.getAttribute('aria-checked') === 'true' : null;
}

function hasTextAfter(element: Element, within: Element): boolean {
  const walker = element.ownerDocument.createTreeWalker(within, 4 /* text */);
  walker.currentNode = element;
  for (
    let visited = 0, node = walker.nextNode();
    node !== null && visited < 50;
    node = walker.nextNode(), visited++
  ) {
    if (/\S/.test((node as Text).data)) return true;
  }
  return false;
}

function headingLevel(element: Element, tag: string): number {
  const level =
    tag.startsWith('H') && tag.length === 2
      ? Number(tag[1])
      : Number(element.getAttribute('aria-level') ?? 2);
  return level >= 1 && level <= 6 ? level : 2;
}

/** An address that a person may follow: http(s) or mailto. */
function linkAddress(element: Element): string | null {
  const { href, protocol } = element as HTMLAnchorElement;
  return /^(https?|mailto):$/.test(protocol) && href.length <= 4096 ? href : null;
}

/** What the extractors drop unseen, as something that they judge by what is in it. */
const plainTags: Readonly<Record<string, string>> = {
  FORM: 'div',
  FIELDSET: 'div',
  LEGEND: 'p',
  LABEL: 'span',
  BUTTON: 'span',
};

function copyOf(element: Element, tag: string, skeleton: Document): Element {
  const plain = plainTags[tag];
  if (plain === undefined && tag !== 'BODY') return skeleton.importNode(element, false);
  const copy = plain === undefined ? skeleton.body : skeleton.createElement(plain);
  for (const name of ['class', 'id', 'role']) {
    const value = element.getAttribute(name);
    if (value !== null) copy.setAttribute(name, value);
  }
  return copy;
}

/** The text of a hidden element, without scripts and styles, as far as it is worth keeping. */
function textWithin(element: Element, document: Document): string {
  const parts: string[] = [];
  let length = 0;
  const walker = document.createTreeWalker(
    element,
    5 /* elements and text */,
    (node) =>
      node.nodeType !== 3 && !isForm(node) && unread.has(node.nodeName.toUpperCase())
        ? 2 /* reject */
        : 1 /* accept */,
  );
  for (
    let node = walker.nextNode();
    node !== null && length < longestHidden * 2;
    node = walker.nextNode()
  ) {
    if (node.nodeType !== 3) continue;
    parts.push((node as Text).data);
    length += (node as Text).data.length;
  }
  return parts.join(' ');
}
