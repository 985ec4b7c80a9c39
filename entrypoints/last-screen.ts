/** Runs before anything else of the side panel has been read: paints what it showed last. */
import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { showLastScreen } from '@/lib/ui/last-screen.ts';

export default defineUnlistedScript(() => {
  const root = document.getElementById('app');
  if (root) showLastScreen(root);
});
