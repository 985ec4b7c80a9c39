import { mount } from 'svelte';
import '@/components/theme.css';
import Options from '@/components/options/Options.svelte';
import { connectPage } from '@/lib/rpc/browser.ts';
import { speak } from '@/lib/ui/words.ts';
import { platform } from '../shared/platform.ts';

speak(document.documentElement);
mount(Options, {
  target: document.getElementById('app') ?? document.body,
  props: { connection: connectPage(), platform },
});
