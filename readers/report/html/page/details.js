// SPDX-License-Identifier: LGPL-2.1-or-later
// All that is known of a field, or of a byte that has none, in a few lines.

function describeByte(model, at) {
  const bytes = model.bytes;
  const parts = [model.address(at)];
  const hole = model.holeAt(at);
  if (hole) parts.push('not read' + (hole[2] ? ': ' + hole[2] : ''));
  else if (!bytes.has(at)) parts.push('not in this page');
  else parts.push('byte 0x' + hex(bytes.valueAt(at), 2));
  if (bytes.differsAt(at)) {
    const was = bytes.baselineAt(at);
    parts.push(was < 0 ? 'not in the baseline' : 'was 0x' + hex(was, 2));
  }
  return parts.join(', ');
}

function describe(model, row, at) {
  const out = [];
  if (at >= 0) out.push(h('p', {class: 'byte'}, describeByte(model, at) + (row < 0 ? ', of no field' : '')));
  if (row < 0) return out;
  const change = model.changeOf(row);
  out.push(h('p', {class: 'path'}, model.path[row]));
  if (!model.is(row, GROUP)) {
    out.push(h('p', {class: 'value' + (change && !change.quiet ? ' changed' : '')}, model.shown[row],
               change ? h('span', {class: 'was'}, change.kind === ONLY_NOW ? 'not in the baseline'
                                                                          : 'was ' + change.first) : null));
  }
  if (model.text[row]) out.push(h('p', {}, model.text[row]));
  for (const {severity, text, next} of model.found.get(row) || []) {
    out.push(h('p', {class: 'of-finding ' + severity}, icon(severity), h('b', {}, severity), ' ' + text,
               next ? h('span', {class: 'next'}, h('b', {}, ' Next: '), next) : null));
  }
  const facts = [];
  const bits = model.bitsOf(row);
  if (model.at[row] !== NO_PLACE) {
    const range = model.rangeOf(row);
    facts.push('at ' + (range ? model.address(range.at) : '0x' + hex(model.at[row])));
    if (model.window[row] !== 0) facts.push('of ' + model.windows[model.window[row] - 1] + ', not of the dump itself');
  }
  if (bits) facts.push(bits[1] === 1 ? 'bit ' + bits[0] : 'bits ' + (bits[0] + bits[1] - 1) + ' to ' + bits[0]);
  else if (model.size[row]) facts.push(counted(model.size[row], 'byte'));
  if (model.is(row, VOLATILE)) facts.push('changes all the time');
  if (model.is(row, PERTURBED)) facts.push('changed by the crash kernel');
  out.push(h('p', {class: 'facts'}, facts.join(', ')));
  return out;
}
