// SPDX-License-Identifier: LGPL-2.1-or-later
// What the other files build the page with. Nothing of a dump is ever parsed as HTML: text
// goes into text nodes, and names of tags, attributes and classes are this program's own.

// h('td', {class: 'value'}, 'text', element, ...): attributes that are functions are listeners.
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === 'function') {
      element.addEventListener(name, value);
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('class', 'icon ' + name);
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', '#i-' + name);
  svg.append(use);
  return svg;
}

const find = (selector, where) => (where || document).querySelector(selector);
const findAll = (selector, where) => [...(where || document).querySelectorAll(selector)];

const hex = (number, digits) => number.toString(16).padStart(digits || 1, '0');

function counted(number, what) {
  return number + ' ' + what + (number === 1 ? '' : 's');
}

// The last of `list`, ascending by key(item), whose key is at most `value`; -1: none.
function lastAtMost(list, value, key) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(list[middle]) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
