// Trends: one scenario and target over time.
import { h } from './dom.js';

export async function trendsPage(main) {
  main.append(h('h1', { tabindex: '-1' }, 'Trends'), h('p', {}, 'This version of mlbench has no trends yet: compare two results instead.'));
}
