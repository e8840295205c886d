// SPDX-License-Identifier: LGPL-2.1-or-later
// An open dump: its fields, its bytes, its map, each selecting the same place in the others.

class DumpView {
  constructor(model) {
    this.model = model;
    this.fields = new FieldView(model, (row) => this.select(row));
    this.hex = new HexView(model, (at) => this.selectByte(at));
    this.map = new MapView(model, (at) => this.selectByte(at));
    this.details = h('div', {class: 'details', role: 'status', 'aria-live': 'polite'});
    this.status = h('span', {class: 'count', role: 'status'});
    this.search = h('input', {
      type: 'search', id: 'search', placeholder: 'path, value, meaning, text', autocomplete: 'off',
      'aria-label': 'search the fields', input: () => this.filterLater(),
      keydown: (event) => this.onSearchKey(event),
    });
    this.changes = [];  // rows that differ, in order
    for (let i = 0; i < model.count; ++i) {
      const change = model.changeOf(i);
      if (change && !change.quiet) this.changes.push(i);
    }
    // Findings in their order, the worst first, each by the first field that it is about.
    this.findings = [];
    for (const [, path, , , evidence] of model.findings) {
      const row = [path, ...evidence].map((one) => model.rowOf.get(one)).find((one) => one !== undefined);
      this.findings.push(row === undefined ? -1 : row);
    }
    const bytesOnly = model.count === 0;
    this.element = h('div', {class: bytesOnly ? 'viewer bytes-only' : 'viewer'},
                     this.head(), this.findingList(), bytesOnly ? null : this.tools(),
                     h('div', {class: 'panes'}, this.fieldPane(bytesOnly), this.bytePane()), this.details);
  }

  open() {
    this.filter();
    this.hex.update();
    this.map.draw();
    this.tell();
  }

  close() {
    this.fields.rows.close();
    this.hex.rows.close();
    this.map.close();
    clearTimeout(this.timer);
  }

  head() {
    const model = this.model;
    return h('div', {class: 'dump-head'},
             h('h2', {tabindex: '-1'}, model.name, ' ', h('span', {class: 'title'}, model.title)),
             h('p', {class: 'from'}, counted(model.length, 'byte') + ' of ' + model.file +
               (model.baseline ? ', beside ' + model.baseline : '')));
  }

  findingList() {
    const model = this.model;
    const list = h('ul', {class: 'findings'});
    for (const [i, [severity, , text, next]] of model.findings.entries()) {
      const row = this.findings[i];
      const body = h('div', {}, h('b', {}, severity), ' ',
                     row < 0 ? text :
                     h('a', {
                       href: '#dump-' + model.index + ':' + encodeURIComponent(model.path[row]), 'data-row': row,
                       click: (event) => {
                         event.preventDefault();
                         this.show(row);
                       },
                     }, text),
                     next ? h('span', {class: 'next'}, h('b', {}, ' Next: '), next) : null);
      list.append(h('li', {class: severity}, icon(severity), body));
    }
    return list;
  }

  check(name, label, title, on) {
    const box = h('input', {type: 'checkbox', checked: on, change: (event) => {
      this.fields.filter[name] = event.target.checked;
      this.filter();
    }});
    return h('label', {class: 'check', title, 'data-filter': name}, box, ' ' + label);
  }

  tools() {
    const {model} = this;
    const quiet = [...model.change.values()].filter((one) => one.quiet).length;
    return h('div', {class: 'tools', role: 'search'}, this.search,
             model.baseline ? this.check('changed', 'changed (' + this.changes.length + ')',
                                         'only what differs from the baseline') : null,
             quiet ? this.check('quiet', 'and what always changes (' + quiet + ')',
                                'with "changed": fields that change all the time, or that the crash kernel changed') : null,
             model.found.size ? this.check('found', 'with findings', 'only what findings are about') : null,
             this.check('zeros', 'also zeros', 'fields that are 0, too', true), this.status);
  }

  fieldPane(bytesOnly) {
    const model = this.model;
    const pane = h('section', {class: 'pane', 'aria-label': 'fields'});
    pane.append(!bytesOnly ? this.fields.box :
                h('p', {}, 'No layout is known for this dump, or it gives no fields: bytes only.'));
    const remarks = model.remarks.map(([at, path, window, text]) =>
      h('li', {}, (path ? path + ': ' : '') + text + ' (at 0x' + hex(at) + (window ? ' of ' + window : '') + ')'));
    if (!model.hasAll) {
      remarks.push(h('li', {}, 'The page would be too large: only fields that differ, or that findings are about, are in it. "vmcoredd decode" has all.'));
    }
    if (model.leftOut) remarks.push(h('li', {}, counted(model.leftOut, 'more field') + ' in "vmcoredd decode"'));
    if (remarks.length) {
      pane.append(h('details', {class: 'remarks'}, h('summary', {}, counted(remarks.length, 'remark')),
                    h('ul', {}, ...remarks)));
    }
    return pane;
  }

  bytePane() {
    const model = this.model;
    const pane = h('section', {class: 'pane', 'aria-label': 'bytes'});
    const legend = h('ul', {class: 'legend'});
    for (const [name, text] of [['field', 'field'], ['set', 'no field'], ['zero', 'zero'],
                                ['differs', 'differs'], ['hole', 'not read'],
                                ['found', 'finding'], ['away', 'not in this page']]) {
      legend.append(h('li', {class: name}, text));
    }
    pane.append(this.map.canvas, legend);
    if (model.bytes.xor) {
      pane.append(h('label', {class: 'check'}, h('input', {type: 'checkbox', change: (event) => {
        this.hex.shows_baseline = event.target.checked;
        this.hex.update();
      }}), ' show the bytes of the baseline'));
    }
    if (model.bytes.problem) pane.append(h('p', {class: 'warn'}, model.bytes.problem));
    if (model.moreRanges) {
      pane.append(h('p', {class: 'warn'}, counted(model.moreRanges, 'more range') + ' of bytes differ'));
    }
    pane.append(this.hex.box);
    return pane;
  }

  filterLater() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.filter(), 80);
  }

  filter() {
    clearTimeout(this.timer);
    this.fields.filter.words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = this.fields.update();
    this.status.textContent = this.fields.isFiltered() ? counted(matches, 'field') + ' of ' + this.total()
                                                       : counted(this.total(), 'field');
  }

  total() {
    let count = 0;
    for (let i = 0; i < this.model.count; ++i) count += this.model.is(i, GROUP) ? 0 : 1;
    return count;
  }

  clearFilter() {
    this.search.value = '';
    Object.assign(this.fields.filter, {changed: false, found: false, zeros: true});
    for (const label of findAll('[data-filter]', this.element)) {
      find('input', label).checked = label.dataset.filter === 'zeros' ||
        (label.dataset.filter === 'quiet' && this.fields.filter.quiet);
    }
    this.filter();
  }

  onSearchKey(event) {
    if (event.key !== 'Enter' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    this.filter();
    const first = this.fields.visible.find((row) => this.fields.wants(row) && !this.model.is(row, GROUP));
    this.fields.box.focus();
    if (first !== undefined) this.select(first);
  }

  // A row, wherever it is hidden.
  show(row) {
    if (!this.fields.bring(row)) {
      this.clearFilter();
      this.fields.bring(row);
    }
    this.select(row);
    this.fields.box.focus({preventScroll: true});
  }

  select(row) {
    const range = this.model.rangeOf(row);
    this.fields.mark(row);
    this.hex.mark(range, -1);
    this.map.mark(range);
    this.tell(row, -1);
  }

  selectByte(at) {
    const row = this.model.fieldAt(at);
    if (row >= 0 && this.fields.place(row) < 0 && !this.fields.bring(row)) {
      this.clearFilter();
      this.fields.bring(row);
    }
    this.fields.mark(row);
    this.hex.mark(row >= 0 ? this.model.rangeOf(row) : null, at);
    this.map.mark({at, size: 1});
    this.tell(row, at);
  }

  // The next row of a list after the selected one, or the one before it.
  step(rows, by) {
    if (rows.length === 0) return;
    const at = this.fields.selected;
    const next = by > 0 ? rows.find((row) => row > at) : rows.filter((row) => row < at).pop();
    this.show(next !== undefined ? next : by > 0 ? rows[0] : rows[rows.length - 1]);
  }
  stepFinding(by) {
    const rows = [...new Set(this.findings.filter((row) => row >= 0))];
    if (rows.length === 0) return;
    const at = rows.indexOf(this.fields.selected);
    this.show(rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : (at + by + rows.length) % rows.length]);
  }
  stepChange(by) {
    this.step(this.changes, by);
  }

  // All that is known of what is selected.
  tell(row, at) {
    const lines = row === undefined ? [] : describe(this.model, row, at);
    if (lines.length === 0) {
      lines.push(h('p', {class: 'hint'}, 'Select a field to see its bytes, or a byte to see its field.'));
    }
    this.details.replaceChildren(...lines);
  }
}
