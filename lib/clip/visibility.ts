/**
 * Visibility: what a person who looks at the page can see.
 *
 * Read from the rendered page, where it is; a document without layout (a test) answers by its styles
 * alone. `aria-hidden` hides nothing from the eye and is ignored, and what a closed <details> holds
 * counts as visible: a person can open it.
 */
import type { HiddenText } from '../model/page.ts';

type Reason = HiddenText['reason'];

/** What an element hands down to what it holds. */
export interface Light {
  /** The product of the opacities so far. */
  readonly opacity: number;
  /** What is behind the text; null: a picture, a gradient or something unknown. */
  readonly background: Colour | null;
  /** Clipped to the text: the background is its colour. */
  readonly paintsText: boolean;
  /** False inside a closed <details>: it has no boxes, yet a person can open it. */
  readonly hasLayout: boolean;
}

/** Red, green, blue 0 to 255; alpha 0 to 1. */
export type Colour = readonly [number, number, number, number];

export interface Eye {
  readonly root: Light;
  /** Why the element and all it holds cannot be seen, or what it hands down. */
  readonly lookAt: (element: Element, style: CSSStyleDeclaration, light: Light) => Reason | Light;
  /** Why the text directly in an element cannot be seen; null: it can. */
  readonly lookAtText: (
    element: Element,
    style: CSSStyleDeclaration,
    light: Light,
  ) => Reason | null;
}

/** px. Nothing that a page means to show is set smaller. */
const smallestType = 4;
/** px. Further out than any margin that a design needs. */
const farAway = 900;

export function openEye(document: Document): Eye {
  const view = document.defaultView;
  const box = document.documentElement.getBoundingClientRect();
  const hasLayout = view !== null && box.width > 0;
  const readColour = colourReader(document);
  let painted: readonly Painted[] | null = null;

  /** Whether something that is not around an element, but under its middle, makes its text stand out. */
  function standsOut(element: Element, colour: Colour): boolean {
    if (view === null) return false;
    for (let at: Element | null = element; at !== null; at = above(at)) {
      for (const pseudo of ['::before', '::after']) {
        const style = view.getComputedStyle(at, pseudo);
        if (style.content === 'none' || style.content === 'normal' || style.content === '')
          continue;
        if (reveals(style, colour, readColour)) return true;
      }
    }
    painted ??= paintedBoxes(document, view);
    const { left, top, width, height } = element.getBoundingClientRect();
    const x = left + width / 2;
    const y = top + height / 2;
    return painted.some(({ by, box, style }) => {
      if (x < box.left || x > box.right || y < box.top || y > box.bottom || by.contains(element))
        return false;
      return style === null || reveals(style, colour, readColour);
    });
  }

  return {
    root: {
      opacity: 1,
      // A dark scheme without a background of its own paints a canvas whose colour no style tells.
      background:
        view !== null && /dark/.test(view.getComputedStyle(document.documentElement).colorScheme)
          ? null
          : [255, 255, 255, 1],
      paintsText: false,
      hasLayout,
    },

    lookAt(element, style, light) {
      const { display, opacity: ownOpacity } = style;
      if (display === 'none') return 'display';
      const opacity = ownOpacity === '1' ? light.opacity : light.opacity * number(ownOpacity, 1);
      if (opacity < 0.06) return 'transparent';
      if (style.clipPath !== 'none' && isClippedAway(style.clipPath)) return 'clipped';
      // None of these can befall a box that is part of a line.
      if (display !== 'inline') {
        if (style.getPropertyValue('content-visibility') === 'hidden') return 'visibility';
        const { position, transform } = style;
        const isPositioned = position === 'absolute' || position === 'fixed';
        if (
          (isPositioned && isClippedToNothing(style.getPropertyValue('clip'))) ||
          isBoxEmpty(element, style, light.hasLayout)
        )
          return 'clipped';
        if (isPositioned) {
          if (
            !light.hasLayout &&
            [style.left, style.top, style.right, style.bottom].some(
              (edge) => number(edge, 0) < -farAway,
            )
          )
            return 'offscreen';
          if (light.hasLayout && isOffPage(element, true)) return 'offscreen';
        }
        const isTransformed =
          (transform !== '' && transform !== 'none') ||
          (style.scale !== '' && style.scale !== 'none') ||
          (style.rotate !== '' && style.rotate !== 'none');
        if (isTransformed && (isScaledAway(transform) || (light.hasLayout && isEdgeOn(element))))
          return 'tiny';
      }
      const image = style.backgroundImage;
      const hasImage = image !== '' && image !== 'none';
      return {
        opacity,
        background: hasImage ? null : behind(style.backgroundColor, light.background, readColour),
        paintsText:
          light.paintsText ||
          (hasImage &&
            /text/.test(
              style.getPropertyValue('background-clip') +
                style.getPropertyValue('-webkit-background-clip'),
            )),
        hasLayout:
          light.hasLayout && !(element.tagName === 'DETAILS' && !element.hasAttribute('open')),
      };
    },

    lookAtText(element, style, light) {
      if (style.visibility === 'hidden' || style.visibility === 'collapse') return 'visibility';
      if (number(style.fontSize, 16) * zoomOf(element) < smallestType) return 'tiny';
      if (Math.abs(number(style.textIndent, 0)) > farAway) return 'offscreen';
      if (style.display === 'inline' && style.position === 'static') {
        // It is where its block is; to measure every piece of a long line would take long.
        if (number(style.marginLeft, 0) < -farAway) return 'offscreen';
      } else if (light.hasLayout) {
        const { width, height } = element.getBoundingClientRect();
        if (height > 0 && height < smallestType / 2 && width > 0) return 'tiny';
        if (isOffPage(element, false)) return 'offscreen';
      }
      const colour =
        readColour(style.getPropertyValue('-webkit-text-fill-color') || style.color) ??
        readColour(style.color);
      if (colour === null || light.paintsText) return null;
      if (colour[3] < 0.06) return 'transparent';
      if (
        light.background === null ||
        !isSameColour(over(colour, light.background), light.background)
      )
        return null;
      return light.hasLayout && standsOut(element, colour) ? null : 'colour';
    },
  };
}

/** `clip: rect(…)` of at most one pixel. */
function isClippedToNothing(clip: string): boolean {
  if (!clip.startsWith('rect(')) return false;
  const [top = 0, right = 0, bottom = 0, left = 0] = (clip.match(/-?[\d.]+|auto/g) ?? []).map(
    (edge) => (edge === 'auto' ? NaN : Number(edge)),
  );
  return right - left <= 1 || bottom - top <= 1;
}

/** A `clip-path` that leaves nothing. */
function isClippedAway(path: string): boolean {
  if (!path.startsWith('inset('))
    return /^(circle|ellipse)\(0/.test(path) || /^polygon\((0(px|%)? 0(px|%)?,? ?)+\)/.test(path);
  const [top = 0, right = top, bottom = top, left = right] = (path.match(/-?[\d.]+%/g) ?? []).map(
    (part) => parseFloat(part),
  );
  return top + bottom >= 99 || left + right >= 99;
}

/** Scaled to a point, as the computed matrix or as a style says it. */
function isScaledAway(transform: string): boolean {
  const scale = /^matrix\(([^,]+),([^,]+),/.exec(transform);
  return (
    (scale !== null && Math.hypot(Number(scale[1]), Number(scale[2])) < 0.05) ||
    /scale[XY]?\(0(\.0\d*)?[,)]/.test(transform)
  );
}

/** A box that has a size, and none once it is scaled and turned. */
function isEdgeOn(element: Element): boolean {
  const { width, height } = element.getBoundingClientRect();
  return (width < 1 || height < 1) && element.clientWidth > 1 && element.clientHeight > 1;
}

/** The `zoom` around and of an element; 1 where the engine does not tell. */
function zoomOf(element: Element): number {
  return 'currentCSSZoom' in element ? element.currentCSSZoom : 1;
}

/** A box of at most one pixel that shows nothing beyond it. */
function isBoxEmpty(element: Element, style: CSSStyleDeclaration, hasLayout: boolean): boolean {
  const { overflow } = style;
  if (overflow === 'visible' || (!overflow.includes('hidden') && !overflow.includes('clip')))
    return false;
  // On the root and the body, overflow is the window's and clips nothing.
  if (style.display === 'contents' || element.tagName === 'BODY' || element.tagName === 'HTML')
    return false;
  if (hasLayout) return element.clientWidth <= 1 || element.clientHeight <= 1;
  return [style.width, style.height, style.maxHeight].some((length) =>
    /^[01](\.\d+)?px$/.test(length),
  );
}

/** Wholly left of or above the page, where no scrolling leads; or put absurdly far to the right. */
function isOffPage(element: Element, isPositioned: boolean): boolean {
  const view = element.ownerDocument.defaultView;
  const { left, right, bottom, width, height } = element.getBoundingClientRect();
  if (view === null || (width === 0 && height === 0)) return false;
  const farRight = isPositioned ? view.innerWidth * 4 + 4000 : Infinity;
  if (right > 0 && bottom > 0 && left < farRight) return false;
  // What was scrolled away is still on the page.
  let scrolledX = view.scrollX;
  let scrolledY = view.scrollY;
  for (
    let at = above(element);
    at !== null && at !== element.ownerDocument.scrollingElement;
    at = above(at)
  ) {
    scrolledX += at.scrollLeft;
    scrolledY += at.scrollTop;
  }
  const isRightToLeft = view.getComputedStyle(element).direction === 'rtl';
  return (
    (right + scrolledX <= 0 && !(isRightToLeft && right + scrolledX > -farAway)) ||
    bottom + scrolledY <= 0 ||
    left + scrolledX > farRight
  );
}

function behind(css: string, background: Colour | null, readColour: ColourReader): Colour | null {
  const colour = readColour(css);
  if (colour === null) return css === '' ? background : null;
  if (colour[3] === 0) return background;
  if (colour[3] === 1) return colour;
  return background === null ? null : over(colour, background);
}

function over(front: Colour, back: Colour): Colour {
  const mix = (a: number, b: number): number => a * front[3] + b * (1 - front[3]);
  return [mix(front[0], back[0]), mix(front[1], back[1]), mix(front[2], back[2]), 1];
}

/** A contrast ratio (WCAG) below 1.15 that no difference of hue makes up for. */
function isSameColour(a: Colour, b: Colour): boolean {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  return (light + 0.05) / (dark + 0.05) < 1.15 && distance < 40;
}

function luminance([red, green, blue]: Colour): number {
  const linear = (channel: number): number =>
    channel <= 10 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

type ColourReader = (css: string) => Colour | null;

/** Reads a computed colour; a canvas is asked for those that are no rgb(), such as oklch(). */
function colourReader(document: Document): ColourReader {
  const known = new Map<string, Colour | null>();
  let canvas: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null | undefined;
  return (css) => {
    let colour = known.get(css);
    if (colour !== undefined) return colour;
    const parts = /^rgba?\(([^)]+)\)$/
      .exec(css)?.[1]
      ?.match(/[\d.]+%?/g)
      ?.map((part) => (part.endsWith('%') ? parseFloat(part) / 100 : Number(part)));
    if (parts !== undefined && parts.length >= 3) {
      colour = [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0, parts[3] ?? 1];
    } else if (
      css === '' ||
      document.defaultView === null ||
      typeof OffscreenCanvas === 'undefined'
    ) {
      colour = null;
    } else {
      canvas ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
      if (canvas === null) return null;
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = css;
      canvas.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0, alpha = 255] = canvas.getImageData(0, 0, 1, 1).data;
      colour = [red, green, blue, alpha / 255];
    }
    known.set(css, colour);
    return colour;
  };
}

interface Painted {
  readonly by: Element;
  readonly box: DOMRect;
  /** null: a picture. */
  readonly style: CSSStyleDeclaration | null;
}

/** What a text may stand on without being inside it: pictures, and boxes taken out of the flow. */
function paintedBoxes(document: Document, view: Window & typeof globalThis): Painted[] {
  const painted: Painted[] = [];
  for (const by of document.querySelectorAll('img, video, canvas, svg, iframe, object')) {
    painted.push({ by, box: by.getBoundingClientRect(), style: null });
  }
  let left = 20_000; // elements: a bound on the time that a page can cost
  for (const by of document.querySelectorAll('body :not(form)')) {
    if (left-- === 0) break;
    const style = view.getComputedStyle(by);
    if (style.position === 'absolute' || style.position === 'fixed')
      painted.push({ by, box: by.getBoundingClientRect(), style });
  }
  return painted.filter(({ box }) => box.width > 40 && box.height > 8);
}

/** Whether a background sets off a text of this colour. */
function reveals(style: CSSStyleDeclaration, text: Colour, readColour: ColourReader): boolean {
  if (style.backgroundImage !== '' && style.backgroundImage !== 'none') return true;
  const background = readColour(style.backgroundColor);
  return (
    background !== null &&
    background[3] > 0.3 &&
    !isSameColour(over(text, [...background.slice(0, 3), 1] as unknown as Colour), background)
  );
}

/** A form is asked nothing directly: its fields can take the place of its members. */
export function isForm(node: Node): node is HTMLFormElement {
  return Object.prototype.toString.call(node) === '[object HTMLFormElement]';
}

/** The element around one, forms passed over. */
function above(element: Element): Element | null {
  const { ownerDocument } = element;
  const walker = ownerDocument.createTreeWalker(
    ownerDocument,
    1 /* elements */,
    (node) => (isForm(node) ? 3 /* skip */ : 1) /* accept */,
  );
  walker.currentNode = element;
  return walker.parentNode() as Element | null;
}

/** The number that a computed length or factor begins with. */
function number(css: string, otherwise: number): number {
  const value = parseFloat(css);
  return Number.isNaN(value) ? otherwise : value;
}
