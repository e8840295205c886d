// SPDX-License-Identifier: LGPL-2.1-or-later
// The bytes of a dump: 16 a line, with their characters. What differs from the baseline is
// marked, what was not read is hatched, and what the page does not have is said.

const HEX_HEIGHT = 20;

class HexView {
  constructor(model, onByte) {
    this.model = model;
    this.bytes = model.bytes;
    this.onByte = onByte;
    this.cursor = -1;
    this.range = null;  // {at, size} of the selected field
    this.shows_baseline = false;
    this.box = h('div', {
      class: 'rows hex', role: 'grid', tabindex: '0', 'aria-label': 'bytes of ' + model.name,
      keydown: (event) => this.onKey(event),
      click: (event) => this.onClick(event),
    });
    this.digits = hex(model.first + BigInt(Math.max(0, model.length - 1))).length;
    this.rows = new Rows(this.box, HEX_HEIGHT, (i) => this.draw(i));
  }

  update() {
    this.rows.show(this.bytes.lines);
  }

  classOf(at, value) {
    const classes = ['b'];
    if (this.model.holeAt(at)) classes.push('hole');
    else if (this.bytes.differsAt(at)) classes.push('differs');
    else if (value === 0) classes.push('zero');
    if (this.model.fieldAt(at) >= 0) classes.push('of-field');
    if (this.range && at >= this.range.at && at < this.range.at + this.range.size) classes.push('marked');
    if (at === this.cursor) classes.push('cursor');
    return classes.join(' ');
  }

  draw(i) {
    const line = this.bytes.line(i);
    if (line.gap !== undefined) {
      return h('div', {class: 'row gap', role: 'row'},
               h('span', {role: 'gridcell'}, counted(line.gap, 'byte') + ' from ' +
                 this.model.address(line.at) + ' on are not in this page'));
    }
    const row = h('div', {class: 'row', role: 'row'},
                  h('span', {class: 'at', role: 'rowheader'},
                    hex(this.model.first + BigInt(line.at), Math.max(4, this.digits))));
    const letters = h('span', {class: 'letters', 'aria-hidden': 'true'});
    for (let k = 0; k < 16; ++k) {
      if (k === 8) row.append(h('span', {class: 'middle', role: 'presentation'}));
      if (k >= line.size) {
        row.append(h('span', {class: 'b none', role: 'presentation'}));
        continue;
      }
      const at = line.at + k;
      const was = this.shows_baseline ? this.bytes.baselineAt(at) : -2;
      const value = was === -2 ? this.bytes.valueAt(at) : was;
      const isHole = this.model.holeAt(at) !== null;
      const name = this.classOf(at, value);
      const known = value >= 0 && (!isHole || was >= 0);
      row.append(h('span', {
        class: name, role: 'gridcell', 'data-at': at,
        id: at === this.cursor ? 'byte-cursor' : null,
      }, known ? hex(value, 2) : '\u00b7\u00b7'));
      const letter = known && value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : '.';
      letters.append(h('span', {class: name + ' letter', 'data-at': at}, letter));
    }
    row.append(letters);
    return row;
  }

  mark(range, cursor) {
    this.range = range;
    this.cursor = cursor;
    if (cursor >= 0) this.box.setAttribute('aria-activedescendant', 'byte-cursor');
    if (range || cursor >= 0) this.rows.reveal(this.bytes.lineOf(cursor >= 0 ? cursor : range.at));
    else this.rows.now();
  }

  onClick(event) {
    const element = event.target.closest('[data-at]');
    if (element) this.onByte(Number(element.dataset.at));
  }

  onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const page = 16 * this.rows.page();
    const at = this.cursor;
    const steps = {
      ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + 16, ArrowUp: at - 16,
      PageDown: at + page, PageUp: at - page,
      Home: at - (at % 16), End: at - (at % 16) + 15,
    };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const to = at < 0 ? (this.range ? this.range.at : 0) : steps[event.key];
    if (this.model.length > 0) this.onByte(Math.max(0, Math.min(this.model.length - 1, to)));
  }
}
