// SPDX-License-Identifier: LGPL-2.1-or-later
// Keys, light and dark, and the beginning.

const THEMES = ['auto', 'light', 'dark'];

function setTheme(theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  find('#theme').textContent = theme === 'auto' ? 'light or dark: as the system' : theme;
  find('#theme').dataset.now = theme;
  try {
    localStorage.setItem('vmcoredd-theme', theme);
  } catch (error) {
    // A page from a file may have no storage: the choice then lasts as long as the page.
  }
  if (dump) dump.map.draw();
}

function nextTheme() {
  const now = find('#theme').dataset.now;
  setTheme(THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]);
}

// To the next finding, or the one before, of what is shown.
function stepFinding(by) {
  if (dump) {
    dump.stepFinding(by);
    return;
  }
  const part = document.body.dataset.part;
  const where = part === 'overview' ? '#overview article.finding' : '.device.shown .findings a';
  const list = findAll(where).filter((one) => one.offsetParent !== null || one.closest('details'));
  if (list.length === 0) return;
  const at = list.indexOf(document.activeElement);
  const next = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : (at + by + list.length) % list.length];
  const folded = next.closest('details');
  if (folded) folded.open = true;
  next.focus();
  next.scrollIntoView({block: 'nearest'});
}

function focusSearch() {
  const box = dump ? dump.search : find('#device-filter');
  if (!box || (dump && !box.isConnected)) return;
  if (!dump && document.body.dataset.part !== 'overview') location.hash = '';
  box.focus();
  box.select();
}

function leave(target) {
  if (target.matches('input[type=search]')) {
    if (target.value !== '') {
      target.value = '';
      target.dispatchEvent(new Event('input'));
    } else {
      target.blur();
    }
    return;
  }
  goUp();
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || find('#help').open) return;
  const typing = event.target.matches('input[type=search]');
  if (event.key === 'Escape') {
    event.preventDefault();
    leave(event.target);
    return;
  }
  if (typing) return;
  const actions = {
    '/': focusSearch,
    '?': () => find('#help').showModal(),
    j: () => stepFinding(1),
    k: () => stepFinding(-1),
    c: () => dump && dump.stepChange(1),
    C: () => dump && dump.stepChange(-1),
    t: nextTheme,
  };
  // "hasOwn": a key may be called like a property of every object.
  if (!Object.hasOwn(actions, event.key)) return;
  event.preventDefault();
  actions[event.key]();
}

function start() {
  let theme = 'auto';
  try {
    theme = localStorage.getItem('vmcoredd-theme') || 'auto';
  } catch (error) {
    theme = 'auto';
  }
  setTheme(THEMES.includes(theme) ? theme : 'auto');
  find('#theme').addEventListener('click', nextTheme);
  find('#show-help').addEventListener('click', () => find('#help').showModal());
  find('#close-help').addEventListener('click', () => find('#help').close());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => dump && dump.map.draw());
  const filter = find('#device-filter');
  if (filter) filter.addEventListener('input', filterDevices);
  const more = find('#more-events');
  if (more && document.getElementById('events')) {
    more.append(h('button', {type: 'button', click: (event) => showAllEvents(event.target)}, 'Show all'));
  }
  document.addEventListener('keydown', onKey);
  window.addEventListener('hashchange', route);
  route();
}

start();
