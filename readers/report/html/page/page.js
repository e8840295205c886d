// SPDX-License-Identifier: LGPL-2.1-or-later
// What is shown: the overview, a device, or a dump of it, by the fragment of the address, so
// that links, the browser's way back and bookmarks work.

let dump = null;  // the DumpView that is open
let turn = 0;     // of what was asked for last: what is unpacked too late is not shown

const place = () => find('#dump');

function closeDump() {
  if (dump) dump.close();
  dump = null;
  place().replaceChildren();
}

function showPart(part, device) {
  document.body.dataset.part = part;
  for (const section of findAll('.device.shown')) section.classList.remove('shown');
  if (device) device.classList.add('shown');
  const crumbs = [h('a', {href: '#'}, 'Overview')];
  if (device) {
    const name = find('h2', device).firstChild.textContent;
    crumbs.push(' / ', part === 'device' ? name : h('a', {href: '#' + device.id}, name));
  }
  find('#crumbs').replaceChildren(...crumbs);
}

// Nothing: the dump is not in the page.
async function loadDump(index) {
  const json = await unpackJson('fields-' + index);
  if (!json) return null;
  const packed = await unpack('bytes-' + index);
  return new DumpModel(index, json, new DumpBytes(json.length, document.getElementById('bytes-' + index), packed));
}

async function openDump(index, path, row) {
  const mine = ++turn;
  if (!dump || dump.model.index !== index) {
    closeDump();
    showPart('dump', row.closest('.device'));
    place().replaceChildren(h('p', {}, 'Unpacking ...'));
    let model = null;
    let problem = 'This dump is not in the page, which would be too large: "vmcoredd decode" and "vmcoredd show" have it.';
    try {
      model = await loadDump(index);
    } catch (error) {
      problem = 'This part of the page is damaged, or this browser is too old: ' + error.message;
    }
    if (mine !== turn) return;
    if (!model) {
      place().replaceChildren(h('p', {class: 'warn'}, problem));
      return;
    }
    dump = new DumpView(model);
    place().replaceChildren(dump.element);
    dump.open();
    window.scrollTo(0, 0);
    find('h2', dump.element).focus({preventScroll: true});
  }
  const field = path === undefined ? undefined : dump.model.rowOf.get(path);
  if (field !== undefined) dump.show(field);
}

function route() {
  const hash = location.hash.slice(1);
  const asked = /^dump-(\d+)(?::(.*))?$/.exec(hash);
  if (asked) {
    const row = document.getElementById('dump-' + asked[1]);
    if (row) {
      let path = asked[2];
      try {
        path = path && decodeURIComponent(path);
      } catch (error) {
        path = undefined;
      }
      openDump(Number(asked[1]), path, row);
      return;
    }
  }
  ++turn;
  closeDump();
  const target = hash && document.getElementById(hash);
  if (target && target.classList.contains('device')) {
    showPart('device', target);
    window.scrollTo(0, 0);
    find('h2', target).focus({preventScroll: true});
    return;
  }
  showPart('overview', null);
  if (target && find('#overview').contains(target)) {
    target.scrollIntoView();
    target.focus({preventScroll: true});
  } else {
    window.scrollTo(0, 0);
  }
}

// Where Escape leads: from the dump to its device, from there to the overview.
function goUp() {
  if (document.body.dataset.part === 'overview') return;
  const device = document.body.dataset.part === 'dump' && find('.device.shown');
  location.hash = device ? device.id : '';
}

function filterDevices() {
  const words = find('#device-filter').value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of findAll('#device-rows > tr')) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  }
}

// Events that are packed, because only the last ones are looked at as a rule.
async function showAllEvents(button) {
  button.disabled = true;
  const events = await unpackJson('events');
  const rows = events.when.map((when, i) => {
    const device = events.device[i] - 1;
    return h('tr', {}, h('td', {class: 'when'}, when), h('td', {}, events.kind[i]),
             h('td', {}, device < 0 ? '' : h('a', {class: 'name', href: '#device-' + device}, events.devices[device])),
             h('td', {class: events.kind[i] === 'kernel-log' ? 'log' : 'say'}, events.text[i]));
  });
  find('#events-shown').replaceChildren(...rows);
  find('#more-events').replaceChildren('All ' + counted(rows.length, 'event') + '.');
}
