/**
 * The last screen: what the side panel showed when it was left, painted again before its own script
 * has even been read, and replaced by the real one as soon as that is there.
 *
 * It is kept as a tree of names, attributes and texts and built again element by element: no text of
 * a kept page is ever parsed as markup. It cannot be pressed or focused; assistive technology does
 * not see it.
 */
type Branch = readonly [
  name: string,
  attributes: readonly (readonly [string, string])[],
  ...Twig[],
];
type Twig = string | Branch;

interface Screen {
  /** Where in the panel it was, e.g. '#/inbox'. */
  readonly hash: string;
  readonly twigs: readonly Twig[];
}

const key = 'holdfast:last-screen';
/** Attributes that change how something looks, besides aria-*, which styles refer to. */
const looks =
  /^(class|style|type|hidden|placeholder|rows|dir|lang|open|d|cx|cy|r|x|y|x1|x2|y1|y2|rx|ry|width|height|viewBox|points|fill|stroke.*|transform|aria-.*|data-.*)$/;
const svg = 'http://www.w3.org/2000/svg';

/** Keeps what of `root` can be seen without scrolling. */
export function keepScreen(root: Element): void {
  const twigs = [...root.children].map(toTwig);
  const screen: Screen = { hash: location.hash, twigs };
  try {
    localStorage.setItem(key, JSON.stringify(screen));
  } catch {
    // Full or forbidden: the next start shows nothing for a moment.
  }
}

/** Shows the last screen in `root`, if it was of this place in the panel. */
export function showLastScreen(root: Element): void {
  try {
    const screen = JSON.parse(localStorage.getItem(key) ?? 'null') as Screen | null;
    if (!screen || (location.hash !== '' && screen.hash !== location.hash)) return;
    root.setAttribute('inert', '');
    root.replaceChildren(...screen.twigs.map((twig) => fromTwig(twig, document)));
  } catch {
    root.replaceChildren(); // It was damaged, or of another version.
  }
}

/** Makes room for the real one. */
export function clearLastScreen(root: Element): void {
  root.removeAttribute('inert');
  root.replaceChildren();
}

function toTwig(element: Element): Branch {
  const attributes = [...element.attributes]
    .filter(({ name }) => looks.test(name))
    .map(({ name, value }) => [name, value] as const);
  if (element instanceof HTMLInputElement && element.checked) attributes.push(['checked', '']);
  const children = [...element.childNodes].flatMap((node): Twig[] => {
    if (node instanceof Text) return [node.data];
    if (!(node instanceof Element)) return [];
    return node.getBoundingClientRect().top < innerHeight ? [toTwig(node)] : [];
  });
  return [element.localName, attributes, ...children];
}

function fromTwig(twig: Twig, parent: Document | Element): Node {
  if (typeof twig === 'string') return document.createTextNode(twig);
  const [name, attributes, ...children] = twig;
  const isDrawing = name === 'svg' || (parent instanceof Element && parent.namespaceURI === svg);
  const element = isDrawing
    ? document.createElementNS(svg, name)
    : document.createElement(name === 'script' ? 'span' : name);
  for (const [attribute, value] of attributes) element.setAttribute(attribute, value);
  element.append(...children.map((child) => fromTwig(child, element)));
  return element;
}
