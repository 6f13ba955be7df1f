// Fields that suggest names, and lists that grow.
const make = (tag, of) => Object.assign(document.createElement(tag), of);

const upgrade = (input) => {
  const own = [...(document.getElementById(input.getAttribute('list'))?.options || [])];
  const { go, combobox } = input.dataset, picks = go === undefined;
  const list = make('ul', { id: `${input.id}-list`, className: 'combobox__list', role: 'listbox', hidden: true });
  list.ariaLabel = input.ariaLabel || input.labels[0].textContent;
  const said = make('p', { className: 'combobox__said', role: 'status', hidden: true });
  const box = make('div', { className: 'combobox' });
  input.replaceWith(box);
  box.append(input, list, said);
  input.removeAttribute('list');
  Object.assign(input, { role: 'combobox', ariaAutoComplete: 'list', ariaExpanded: 'false' });
  input.setAttribute('aria-controls', list.id);
  let active, sure, timer, asked, take;

  const mark = (at) => {
    active = at;
    [...list.children].forEach((option, index) => { option.ariaSelected = String(index === at); });
    const option = list.children[at];
    input.setAttribute('aria-activedescendant', option?.id || '');
    option?.scrollIntoView({ block: 'nearest' });
  };
  const close = (blurred) => {
    if (!blurred) clearTimeout(timer), asked = null;
    take = false;
    list.hidden = true;
    input.ariaExpanded = 'false';
    mark(-1);
  };
  const choose = (option) => {
    input.value = option.dataset.name;
    said.textContent = '';
    close();
    input.dispatchEvent(new Event('change', { bubbles: true }));
    if (!picks) input.form.requestSubmit();
  };
  const pick = () => (sure ? choose(list.firstChild) : close());
  const show = (answer) => {
    list.replaceChildren(...answer.capacities.map(({ name, written, lang }, at) => {
      const option = make('li', { id: `${list.id}-${at}`, role: 'option', dir: 'auto', textContent: name });
      option.dataset.name = name;
      if (written) option.append(' ', make('small', { lang, textContent: written }));
      return option;
    }));
    sure = answer.sure;
    if (picks) said.textContent = answer.said;
    mark(-1);
    list.hidden = !list.firstChild || document.activeElement !== input;
    input.ariaExpanded = String(!list.hidden);
    if (take) pick();
  };
  const ask = async () => {
    const text = input.value.trim(), address = new URL(combobox, location);
    asked = text;
    address.searchParams.set('q', text);
    const answer = await fetch(address).then((one) => one.json()).catch(() => ({
      capacities: own.map((one) => ({ name: one.value }))
        .filter(({ name }) => name.toLowerCase().includes(text.toLowerCase())).slice(0, 8),
    }));
    if (asked === text) show(answer);
  };

  input.addEventListener('input', () => {
    clearTimeout(timer);
    asked = '';
    said.hidden = !picks;
    timer = setTimeout(ask, 120);
  });
  // Going back fills no field with autocomplete off.
  input.addEventListener('focus', () => { input.autocomplete = 'off'; });
  input.form?.addEventListener('submit', () => input.removeAttribute('autocomplete'));
  input.addEventListener('blur', () => { input.removeAttribute('autocomplete'); close(true); });
  // A click is not first a blur.
  list.addEventListener('mousedown', (event) => event.preventDefault());
  list.addEventListener('click', ({ target }) => target !== list && choose(target.closest('li')));
  input.addEventListener('keydown', (event) => {
    const { key } = event, most = list.children.length, open = !list.hidden;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      if (open) mark((active + (key === 'ArrowDown' ? 1 : active < 0 ? 0 : -1) + most) % most);
      else ask();
    } else if (key === 'Enter' && open && active >= 0) choose(list.children[active]);
    else if (key === 'Enter' && picks && asked === '') take = true;
    else if (key === 'Enter' && picks && open) pick();
    else if (key === 'Escape' && open) close();
    else return;
    event.preventDefault();
  });
};
const every = (within) => within.querySelectorAll('[data-combobox]').forEach(upgrade);
every(document);

document.querySelectorAll('[data-rows]').forEach((template) => {
  const box = template.parentNode;
  const grow = () => {
    const rows = box.querySelectorAll('.row'), most = rows.length;
    if (!rows[most - 1].querySelector('input').value) return;
    template.insertAdjacentHTML('beforebegin', template.innerHTML.replaceAll('_#_', most + 1).replaceAll('ROW', most));
    every(template.previousElementSibling);
  };
  box.addEventListener('input', grow);
  box.addEventListener('change', grow);
});
const zoned = document.querySelector('[data-zone]'), zone = document.getElementById('timezone');
if (zoned && !zone.value) {
  zoned.querySelector('bdi').textContent = zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  zoned.hidden = false;
}
