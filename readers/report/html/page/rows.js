// SPDX-License-Identifier: LGPL-2.1-or-later
// A long list of rows of one height, of which only those exist that are seen. `draw(i)` makes
// the element of a row.

class Rows {
  constructor(box, height, draw) {
    this.box = box;
    this.height = height;
    this.draw = draw;
    this.count = 0;
    this.pending = false;
    this.shown = h('div', {class: 'drawn', role: 'presentation'});
    this.space = h('div', {class: 'space', role: 'presentation'}, this.shown);
    box.append(this.space);
    box.addEventListener('scroll', () => this.later(), {passive: true});
    this.observer = new ResizeObserver(() => this.later());
    this.observer.observe(box);
  }

  close() {
    this.observer.disconnect();
  }

  later() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => this.now());
  }

  now() {
    this.pending = false;
    const seen = Math.ceil(this.box.clientHeight / this.height) + 1;
    const first = Math.max(0, Math.floor(this.box.scrollTop / this.height) - 8);
    const last = Math.min(this.count, first + seen + 16);
    const rows = [];
    for (let i = first; i < last; ++i) rows.push(this.draw(i));
    this.shown.style.transform = 'translateY(' + first * this.height + 'px)';
    this.shown.replaceChildren(...rows);
  }

  // As many rows as that from now on.
  show(count) {
    this.count = count;
    this.space.style.height = count * this.height + 'px';
    this.now();
  }

  // Scrolls no further than it must; a row that was far away comes to the middle.
  reveal(row) {
    const top = row * this.height;
    const bottom = top + this.height;
    const box = this.box;
    const from = box.scrollTop;
    const to = from + box.clientHeight;
    if (top < from || bottom > to) {
      const is_near = top > from - 3 * this.height && bottom < to + 3 * this.height;
      box.scrollTop = !is_near ? top - box.clientHeight / 2 : top < from ? top : bottom - box.clientHeight;
    }
    this.now();
  }

  page() {
    return Math.max(1, Math.floor(this.box.clientHeight / this.height) - 1);
  }
}
