/** From a task to its sentence on the page, and the truth about whether it still stands there. */
import type { Passage } from '../model/entities.ts';
import type { Id } from '../model/id.ts';
import { address } from './routes.ts';
import type { Setting } from './setting.ts';
import { m } from './words.ts';

export async function openQuote(
  { engine, platform, toasts, actions }: Setting,
  clip: Id,
  quote: Passage,
): Promise<void> {
  try {
    const there = await engine.quoteAddress({ clip, quote });
    const found = await platform.openQuote(there, quote);
    if (found === 'there') return;
    if (found === 'gone') {
      const { start, end } = quote;
      toasts.show({
        text: m.quoteGone,
        button: {
          label: m.showKept,
          press: () => address.go({ at: 'clip', clip, quote: { start, end } }),
        },
      });
      return;
    }
    toasts.show({
      text: m.quoteUnknown,
      button: {
        label: m.allowSite,
        press: () => void platform.allowSite(there).catch(actions.fail),
      },
    });
  } catch (error) {
    actions.fail(error);
  }
}
