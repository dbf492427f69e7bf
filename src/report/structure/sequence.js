// The sequences as text, one element a residue.
function makeSequence(box, on) {
  let model = null, elements = [];

  function element(r, text) {
    const out = document.createElement('span');
    out.textContent = text;
    out.dataset.residue = r;
    elements[r] = out;
    return out;
  }

  function polymer(chain) {
    let ten = null;
    for (let i = 0; i < chain.count; ++i) {
      const r = chain.first + i;
      if (i % 10 === 0) {
        ten = document.createElement('span');
        ten.className = 'ten';
        ten.dataset.number = model.label[r] || '\u00a0';
        box.append(ten);
      }
      const seen = model.seen[r] === '1';
      ten.append(element(r, seen ? model.letter[r] : model.letter[r].toLowerCase()));
      if (!seen) elements[r].className = 'unseen';
    }
  }

  function ligands(chain) {
    for (let r = chain.first; r < chain.first + chain.count; ++r) {
      const one = element(r, model.name[r] + ' ' + model.label[r]);
      one.className = 'one';
      box.append(one);
    }
  }

  function show(next) {
    model = next;
    elements = [];
    box.textContent = '';
    for (const chain of model.chains) {
      const head = document.createElement('h3');
      head.textContent = 'Chain ' + (chain.name || '–') + ', ' + chain.kind + ', ' + chain.count +
          (chain.count === 1 ? ' residue' : ' residues');
      box.append(head);
      chain.kind === 'ligands' ? ligands(chain) : polymer(chain);
    }
  }

  function paint(scheme) {
    elements.forEach((one, r) => {
      if (model.seen[r] !== '1') return;
      const colour = residueColour(model, scheme, r);
      one.style.background = colour;
      one.style.color = isDark(colour) ? '#fff' : '#111';
    });
  }

  function mark(residues, name) {
    for (const one of box.querySelectorAll('.' + name)) one.classList.remove(name);
    for (const r of residues)
      if (elements[r]) elements[r].classList.add(name);
  }

  function reveal(r) {
    const one = elements[r];
    if (!one) return;
    const top = one.offsetTop, bottom = top + one.offsetHeight;
    if (top < box.scrollTop + 14 || bottom > box.scrollTop + box.clientHeight)
      box.scrollTop = top - box.clientHeight / 2;
  }

  function residueOf(event) {
    const r = event.target.dataset ? event.target.dataset.residue : undefined;
    return r === undefined || model.seen[r] !== '1' ? -1 : Number(r);
  }
  box.addEventListener('mouseover', event => on.hover(residueOf(event)));
  box.addEventListener('mouseleave', () => on.hover(-1));
  box.addEventListener('click', event => {
    if (residueOf(event) >= 0) on.click(residueOf(event), event.shiftKey || event.ctrlKey);
  });
  return {show, paint, mark, reveal};
}
