// SPDX-License-Identifier: LGPL-2.1-or-later
// The fields of a dump as a tree that can be searched: a row a field, bits below their
// register. Rows are drawn when they are seen: twenty thousand are as quick as twenty.

const FIELD_HEIGHT = 24;

class FieldView {
  constructor(model, onSelect) {
    this.model = model;
    this.onSelect = onSelect;
    this.selected = -1;
    this.closed = new Set();
    this.visible = [];  // rows of the model
    this.filter = {words: [], changed: false, found: false, quiet: false, zeros: true};
    this.box = h('div', {
      class: 'rows fields', role: 'treegrid', tabindex: '0', 'aria-label': 'fields of ' + model.name,
      keydown: (event) => this.onKey(event),
      click: (event) => this.onClick(event),
    });
    this.rows = new Rows(this.box, FIELD_HEIGHT, (i) => this.draw(i));
    this.foldRegisters();
  }

  // Registers begin folded: their row names the bits that are set. Not where something in
  // them is changed or found.
  foldRegisters() {
    const model = this.model;
    const open = new Set();
    for (let i = 0; i < model.count; ++i) {
      const change = model.bitsOf(i) && model.changeOf(i);
      if ((change && !change.quiet) || model.found.has(i)) {
        for (let at = model.parent[i]; at >= 0; at = model.parent[at]) open.add(at);
      }
    }
    for (let i = 0; i < model.count; ++i) {
      if (model.is(i, HAS_BITS) && !open.has(i)) this.closed.add(i);
    }
  }

  wants(row) {
    const {words, changed, found, quiet, zeros} = this.filter;
    const model = this.model;
    if (changed) {
      const change = model.changeOf(row);
      if (!change || (change.quiet && !quiet)) return false;
    }
    if (found && !model.found.has(row)) return false;
    if (!zeros && !model.is(row, GROUP) && model.is(row, ZERO) && !model.changeOf(row)) return false;
    if (words.length === 0) return true;
    const was = model.changeOf(row);
    const text = (model.path[row] + ' ' + model.shown[row] + ' ' + model.text[row] + ' ' +
                  (was ? was.first : '')).toLowerCase();
    return words.every((word) => text.includes(word));
  }

  isFiltered() {
    const {words, changed, found, zeros} = this.filter;
    return words.length > 0 || changed || found || !zeros;
  }

  // Which rows there are now: what is wanted, and what that is in.
  update() {
    const model = this.model;
    const shows = new Uint8Array(model.count);
    const filtered = this.isFiltered();
    let matches = 0;
    for (let i = model.count - 1; i >= 0; --i) {
      if (filtered && !shows[i]) {
        // A structure alone says nothing: it is there for what is in it.
        const alone = model.is(i, GROUP) && (this.filter.words.length === 0 || model.isParent[i]);
        if (alone || !this.wants(i)) continue;
      }
      if (!model.is(i, GROUP) && (!filtered || this.wants(i))) ++matches;
      shows[i] = 1;
      if (model.parent[i] >= 0) shows[model.parent[i]] = 1;
    }
    this.visible = [];
    const within = new Uint8Array(model.count);  // in something that is folded
    for (let i = 0; i < model.count; ++i) {
      const parent = model.parent[i];
      within[i] = parent >= 0 && (within[parent] || (!filtered && this.closed.has(parent))) ? 1 : 0;
      if (shows[i] && !within[i]) this.visible.push(i);
    }
    this.rows.show(this.visible.length);
    return matches;
  }

  place(row) {
    const i = lastAtMost(this.visible, row, (one) => one);
    return i >= 0 && this.visible[i] === row ? i : -1;
  }

  draw(i) {
    const model = this.model;
    const row = this.visible[i];
    const isOpen = this.isFiltered() || !this.closed.has(row);
    const change = model.changeOf(row);
    const worst = model.worstOf(row);
    const classes = ['row'];
    if (row === this.selected) classes.push('selected');
    if (change) classes.push(change.quiet ? 'quiet' : 'changed');
    if (model.is(row, GROUP)) classes.push('group');
    if (model.bitsOf(row)) classes.push('bits');
    if (!model.is(row, GROUP) && model.state(row) !== 'read') classes.push('unread');
    const range = model.rangeOf(row);
    const name = h('span', {class: 'name', role: 'rowheader'},
                   h('span', {class: 'fold'}, model.isParent[row] ? (isOpen ? '\u25be' : '\u25b8') : ''),
                   worst ? icon(worst) : null, model.nameOf(row));
    name.style.paddingLeft = model.depth[row] * 14 + 'px';
    return h('div', {
      class: classes.join(' '), role: 'row', id: 'field-' + row, 'data-row': row,
      'aria-level': model.depth[row] + 1,
      'aria-expanded': model.isParent[row] ? String(isOpen) : null,
      'aria-selected': String(row === this.selected),
      title: model.path[row],
    },
    h('span', {class: 'at', role: 'gridcell'}, this.where(row, range)),
    name, this.value(row, change),
    h('span', {class: 'text', role: 'gridcell'}, !isOpen && this.setBits(row) || model.text[row]));
  }

  where(row, range) {
    const model = this.model;
    const bits = model.bitsOf(row);
    if (bits) return bits[1] === 1 ? String(bits[0]) : bits[0] + bits[1] - 1 + ':' + bits[0];
    if (model.at[row] === NO_PLACE) return '';
    return model.window[row] !== 0 || !range ? '0x' + hex(model.at[row], 4) : model.address(range.at);
  }

  value(row, change) {
    const model = this.model;
    const cell = h('span', {class: 'value', role: 'gridcell'}, model.shown[row]);
    if (change && change.kind === ONLY_NOW) cell.append(h('span', {class: 'was'}, 'not in the baseline'));
    else if (change) cell.append(h('span', {class: 'was'}, 'was ' + change.first));
    return cell;
  }

  // Of a folded register: the bits that are set, with those values that say more than 1.
  setBits(row) {
    const model = this.model;
    if (!model.is(row, HAS_BITS)) return '';
    const names = [];
    for (let i = row + 1; i < model.count && model.parent[i] === row; ++i) {
      if (!model.bitsOf(i) || model.is(i, ZERO)) continue;
      names.push(model.bitsOf(i)[1] === 1 ? model.nameOf(i) : model.nameOf(i) + ' ' + model.shown[i]);
    }
    return names.join(', ');
  }

  toggle(row, open) {
    if (!this.model.isParent[row] || this.isFiltered()) return false;
    const isOpen = !this.closed.has(row);
    if (open === isOpen) return false;
    if (isOpen) this.closed.add(row);
    else this.closed.delete(row);
    this.update();
    return true;
  }

  // Unfolds what a row is in. False: the filter keeps it away.
  bring(row) {
    for (let at = this.model.parent[row]; at >= 0; at = this.model.parent[at]) this.closed.delete(at);
    this.update();
    return this.place(row) >= 0;
  }

  mark(row) {
    this.selected = row;
    const place = row < 0 ? -1 : this.place(row);
    if (place >= 0) {
      this.rows.reveal(place);
      this.box.setAttribute('aria-activedescendant', 'field-' + row);
    } else {
      this.rows.now();
    }
  }

  onClick(event) {
    const element = event.target.closest('.row');
    if (!element) return;
    const row = Number(element.dataset.row);
    if (event.target.classList.contains('fold') || (this.model.is(row, GROUP) && row === this.selected)) {
      this.toggle(row);
    }
    this.onSelect(row, 'fields');
  }

  onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const at = this.place(this.selected);
    const last = this.visible.length - 1;
    const steps = {
      ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, Home: 0, End: last,
      PageDown: at + this.rows.page(), PageUp: at - this.rows.page(),
    };
    if (event.key in steps) {
      event.preventDefault();
      if (last >= 0) this.onSelect(this.visible[Math.max(0, Math.min(last, steps[event.key]))], 'fields');
      return;
    }
    if (at < 0) return;
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft' || event.key === 'Enter') {
      event.preventDefault();
      const open = event.key === 'ArrowRight' ? true : event.key === 'ArrowLeft' ? false : undefined;
      const moved = this.toggle(this.selected, open);
      const parent = this.model.parent[this.selected];
      if (!moved && event.key === 'ArrowLeft' && parent >= 0) this.onSelect(parent, 'fields');
      else this.mark(this.selected);
    }
  }
}
