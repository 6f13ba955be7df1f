// Turns text fields with a list of suggestions into comboboxes (ARIA APG, list autocomplete with
// manual selection). Without this script the browser's own suggestions do the work.
'use strict';
(() => {
  const MOST = 12;
  const fold = (text) =>
    text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[\s_-]+/g, ' ').trim();

  const upgrade = (input) => {
    const source = document.getElementById(input.getAttribute('list'));
    if (!source) return;
    const names = [...source.options].map((option) => ({ name: option.value, key: fold(option.value) }));
    const list = document.createElement('ul');
    list.id = `${input.id}-list`;
    list.className = 'combobox__list';
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', input.labels[0] ? input.labels[0].textContent : '');
    list.hidden = true;
    const box = document.createElement('div');
    box.className = 'combobox';
    input.replaceWith(box);
    box.append(input, list);
    input.removeAttribute('list');
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-expanded', 'false');
    input.setAttribute('aria-controls', list.id);
    input.autocomplete = 'off';
    let active = -1;

    const close = () => {
      list.hidden = true;
      active = -1;
      input.setAttribute('aria-expanded', 'false');
      input.removeAttribute('aria-activedescendant');
    };
    const mark = (at) => {
      active = at;
      [...list.children].forEach((option, index) => {
        option.setAttribute('aria-selected', String(index === at));
      });
      const option = list.children[at];
      if (!option) return input.removeAttribute('aria-activedescendant');
      input.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    };
    const choose = (option) => {
      input.value = option.textContent;
      close();
      input.dispatchEvent(new Event('change', { bubbles: true }));
    };
    const open = () => {
      const wanted = fold(input.value);
      const starts = names.filter((one) => one.key.startsWith(wanted));
      const holds = wanted ? names.filter((one) => !one.key.startsWith(wanted) && one.key.includes(wanted)) : [];
      const found = [...starts, ...holds].slice(0, MOST);
      list.replaceChildren(...found.map((one, at) => {
        const option = document.createElement('li');
        option.id = `${list.id}-${at}`;
        option.setAttribute('role', 'option');
        option.setAttribute('aria-selected', 'false');
        option.dir = 'auto';
        option.textContent = one.name;
        return option;
      }));
      active = -1;
      list.hidden = found.length === 0;
      input.setAttribute('aria-expanded', String(found.length > 0));
      input.removeAttribute('aria-activedescendant');
    };

    input.addEventListener('input', open);
    input.addEventListener('blur', close);
    // The field keeps the focus, so that a click is not first a blur.
    list.addEventListener('mousedown', (event) => event.preventDefault());
    list.addEventListener('click', (event) => {
      const option = event.target.closest('[role=option]');
      if (option) choose(option);
    });
    input.addEventListener('keydown', (event) => {
      const last = list.children.length - 1;
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        if (list.hidden) open();
        if (list.hidden) return;
        const step = event.key === 'ArrowDown' ? 1 : -1;
        const next = active + step;
        mark(next < 0 ? list.children.length - 1 : next > last ? 0 : next);
      } else if (event.key === 'Enter' && !list.hidden && active >= 0) {
        event.preventDefault();
        choose(list.children[active]);
      } else if (event.key === 'Escape' && !list.hidden) {
        event.preventDefault();
        close();
      }
    });
  };
  document.querySelectorAll('input[data-combobox]').forEach(upgrade);
})();
