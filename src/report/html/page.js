'use strict';
(() => {
  const id = (name) => document.getElementById(name);
  const make = (name, content, properties) => {
    const node = Object.assign(document.createElement(name), properties);
    node.append(...[content ?? []].flat());
    return node;
  };
  const PAGE = 100, PRINTED = 500, SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'];

  // Colours: the system's, or one of the two. A page from the disk may have no storage.
  const themes = [['', 'as the system'], ['light', 'light'], ['dark', 'dark']];
  const remember = (value) => { try { localStorage.setItem('plimsoll-theme', value); } catch { /* no storage */ } };
  const remembered = () => { try { return localStorage.getItem('plimsoll-theme') ?? ''; } catch { return ''; } };
  let theme = Math.max(0, themes.findIndex(([name]) => name === remembered()));
  const paint = () => {
    const [name, words] = themes[theme];
    if (name) document.documentElement.dataset.theme = name; else delete document.documentElement.dataset.theme;
    id('theme').textContent = `Colours: ${words}`;
  };
  id('theme').hidden = false;
  id('theme').addEventListener('click', () => {
    theme = (theme + 1) % themes.length;
    remember(themes[theme][0]);
    paint();
  });
  paint();

  for (const button of document.querySelectorAll('.unfold')) {
    const words = button.textContent;
    button.hidden = false;
    button.addEventListener('click', () => {
      const all = button.previousElementSibling.classList.toggle('all');
      button.setAttribute('aria-expanded', String(all));
      button.textContent = all ? 'Show fewer' : words;
    });
  }

  if (!id('table')) return;

  // The data: columns of numbers that point into one table of strings.
  const data = JSON.parse(id('data').textContent);
  const strings = data.strings, rules = data.rules, steps = data.steps, teams = data.teams, repositories = data.repositories;
  const F = Object.fromEntries(Object.entries(data.findings).map(([name, column]) =>
    [name, typeof column[0] === 'number' ? Int32Array.from(column) : column]));
  const total = F.rule.length;
  const time = (step) => steps.time[step];
  const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
  const span = (seconds) => {
    const units = [[31557600, 'year'], [2629800, 'month'], [86400, 'day'], [3600, 'hour'], [60, 'minute']];
    for (const [size, name] of units) {
      const count = Math.floor(seconds / size);
      if (count > 1) return `${count} ${name}s`;
    }
    return 'minutes';
  };
  const several = repositories.length > 1;
  const repositoryOf = (at) => repositories[steps.repository[F.step[at]]];

  // What is shown: a part of the address, so that a view can be linked to and survives reloading.
  const FIELDS = ['q', 'severity', 'state', 'rule', 'team', 'gate', 'repository'];
  const view = {};
  let sort = 'severity', down = true, page = 0, shown = new Int32Array(0), printing = false;

  const fill = (select, values) => {
    for (const value of values) select.append(make('option', value, { value }));
    select.closest('label').hidden = values.length === 0;
  };
  fill(id('rule'), rules.map((rule) => rule.id).sort());
  fill(id('team'), [...new Set(teams.flat())].sort());
  if (id('team').closest('label').hidden === false) id('team').append(make('option', 'nobody', { value: '-' }));
  fill(id('repository'), several ? repositories : []);

  const fromAddress = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    for (const name of [...FIELDS, 'file']) view[name] = given.get(name) ?? '';
    if (!['', 'open', 'repaired'].includes(view.state)) view.state = '';
    for (const name of FIELDS) {
      const field = id(name);
      field.value = view[name];
      if (field.value !== view[name]) { view[name] = ''; field.value = ''; }
    }
    return [...given.keys()].some((name) => name in view);
  };
  const toAddress = () => {
    const given = new URLSearchParams(Object.entries(view).filter(([, value]) => value));
    const hash = given.size ? `#${given}` : location.pathname;
    try { history.replaceState(null, '', hash); } catch { /* some places forbid it */ }
  };

  let haystacks;
  const haystack = (at) => {
    haystacks ??= new Array(total);
    const step = F.step[at], repair = F.repaired[at];
    return haystacks[at] ??= [
      rules[F.rule[at]].id, strings[F.message[at]], strings[F.path[at]], strings[F.now[at]], strings[F.unit[at]],
      F.fingerprint[at], repositoryOf(at), steps.id[step], strings[steps.author[step]], strings[steps.subject[step]],
      repair < 0 ? 'open' : `repaired ${steps.id[repair]}`, ...teams[F.team[at]],
      ...[F.removed[at], F.added[at]].flat().filter((_, n) => n % 2).map((text) => strings[text]),
    ].join('\n').toLowerCase();
  };
  const filtered = () => {
    const words = view.q.toLowerCase().split(/\s+/).filter(Boolean);
    const least = SEVERITIES.indexOf(view.severity), rule = rules.findIndex((one) => one.id === view.rule);
    const mine = teams.map((names) => (view.team === '-' ? names.length === 0 : names.includes(view.team)));
    const file = view.file ? strings.indexOf(view.file) : -1;
    const kept = new Int32Array(total);
    let count = 0;
    for (let at = 0; at < total; at += 1) {
      if (F.severity[at] >= least
        && (rule < 0 || F.rule[at] === rule)
        && (!view.state || (view.state === 'open') === (F.repaired[at] < 0))
        && (!view.team || mine[F.team[at]])
        && (!view.file || F.now[at] === file)
        && (!view.gate || data.gates[F.gate[at]] === view.gate)
        && (!view.repository || repositoryOf(at) === view.repository)
        && words.every((word) => haystack(at).includes(word))) {
        kept[count] = at;
        count += 1;
      }
    }
    return kept.slice(0, count);
  };

  // Strings are compared once, as ranks.
  let ranks;
  const rank = (text) => {
    if (!ranks) {
      ranks = new Int32Array(strings.length);
      const order = Array.from(strings.keys()).sort((a, b) => (strings[a] < strings[b] ? -1 : 1));
      order.forEach((text, place) => { ranks[text] = place; });
    }
    return ranks[text];
  };
  const landed = (at) => time(F.step[at]);
  const KEYS = {
    severity: (at) => F.severity[at] * 2 + (F.repaired[at] < 0),
    rule: (at) => -F.rule[at],
    path: (at) => -rank(F.path[at]) * 1e8 - F.line[at],
    message: (at) => -rank(F.message[at]),
    landed,
    state: (at) => (F.repaired[at] < 0 ? Infinity : time(F.repaired[at]) - landed(at)),
  };
  const sorted = (kept) => {
    const keys = new Float64Array(total), times = new Float64Array(total), sign = down ? 1 : -1;
    for (const at of kept) { keys[at] = KEYS[sort](at); times[at] = landed(at); }
    return kept.sort((a, b) => (keys[a] === keys[b] ? times[b] - times[a] || a - b : sign * (keys[b] > keys[a] ? 1 : -1)));
  };

  const lines = (removed, added) => {
    const pre = make('pre', [], { tabIndex: 0 });
    pre.setAttribute('aria-label', 'The lines, old and new');
    const width = Math.max(...[removed, added].flat().filter((_, n) => n % 2 === 0).map((line) => String(line).length));
    for (const [name, sign, pairs] of [['del', '-', removed], ['ins', '+', added]]) {
      for (let n = 0; n < pairs.length; n += 2) {
        pre.append(make(name, `${sign} ${String(pairs[n]).padStart(width)} | ${strings[pairs[n + 1]]}`));
      }
    }
    return pre;
  };
  const commit = (step) => `${steps.id[step].slice(0, 12)} of ${day(time(step))} by ${strings[steps.author[step]]}`;
  const GATE = {
    reject: 'the push would have been refused', annotate: 'told, and let through',
    waive: 'let through: a waiver covers it', ignore: 'nothing said: milder than the policy asks for',
  };
  const inside = (at) => {
    const rule = rules[F.rule[at]], step = F.step[at], repair = F.repaired[at];
    const parts = [];
    if (F.removed[at].length + F.added[at].length) parts.push(lines(F.removed[at], F.added[at]));
    parts.push(make('p', [make('strong', 'Why it matters: '), rule.why]), make('p', [make('strong', 'What to do: '), strings[F.fix[at]]]));
    const facts = [
      ['Landed in', commit(step) + (strings[steps.subject[step]] ? `: ${strings[steps.subject[step]]}` : '')],
      ['Full commit', steps.id[step]],
      ['State', repair < 0 ? `open for ${span(Math.max(0, data.now - landed(at)))}`
        : `repaired in ${commit(repair)}, after ${span(Math.max(0, time(repair) - landed(at)))}`],
      ['Unit', strings[F.unit[at]]],
      F.now[at] !== F.path[at] && ['Declared in', strings[F.now[at]]],
      teams[F.team[at]].length && ['Team', teams[F.team[at]].join(', ')],
      several && ['Repository', repositoryOf(at)],
      ['Gate', GATE[data.gates[F.gate[at]]]],
      F.fingerprint[at] && ['Waive with', F.fingerprint[at]],
      ['Rule', `${rule.id}: ${rule.promise}`],
    ].filter(Boolean);
    parts.push(make('dl', facts.flatMap(([name, value]) => [make('dt', name), make('dd', value)])));
    const row = make('tr', make('td', parts, { className: 'inside', colSpan: 6 }));
    row.id = `inside-${at}`;
    return row;
  };
  const toggle = (row, open) => {
    const button = row.querySelector('.toggle'), at = Number(row.dataset.at);
    const is = button.getAttribute('aria-expanded') === 'true';
    if (is === open) return;
    if (is) row.nextElementSibling.remove(); else row.after(inside(at));
    button.setAttribute('aria-expanded', String(!is));
  };
  const drawn = (at) => {
    const severity = SEVERITIES[F.severity[at]], open = F.repaired[at] < 0;
    const button = make('button', make('span', severity, { className: `badge s-${severity}` }), { type: 'button', className: 'toggle' });
    button.setAttribute('aria-expanded', 'false');
    button.setAttribute('aria-label', `${severity}, details`);
    const place = `${several ? `${repositoryOf(at)}: ` : ''}${strings[F.path[at]]}:${F.line[at]}${F.old[at] ? ' (old line)' : ''}`;
    const state = open ? make('span', 'open', { className: 'open' })
      : `repaired after ${span(Math.max(0, time(F.repaired[at]) - landed(at)))}`;
    const moved = F.now[at] !== F.path[at] && open;
    const where = moved ? [place, make('div', `now ${strings[F.now[at]]}`, { className: 'note' })] : place;
    const row = make('tr', [button, rules[F.rule[at]].id, where, strings[F.message[at]], day(landed(at)), state].map((cell) => make('td', cell)), { className: 'row' });
    row.dataset.at = at;
    return row;
  };

  const body = id('table').tBodies[0], number = new Intl.NumberFormat('en');
  const draw = () => {
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    page = Math.min(Math.max(page, 0), pages - 1);
    const first = printing ? 0 : page * PAGE, rows = shown.subarray(first, first + (printing ? PRINTED : PAGE));
    body.replaceChildren(...Array.from(rows, drawn));
    if (printing) for (const row of [...body.rows]) toggle(row, true);
    const of = shown.length === total ? '' : ` (${number.format(total)} in all)`;
    id('count').textContent = shown.length === 0 ? `No finding matches${of}.`
      : `${number.format(first + 1)} to ${number.format(first + rows.length)} of ${number.format(shown.length)} findings${of}`;
    id('pages').hidden = pages === 1;
    id('page').value = page + 1;
    id('page').max = pages;
    id('last').textContent = number.format(pages);
    id('before').disabled = page === 0;
    id('after').disabled = page === pages - 1;
  };
  const refresh = () => {
    shown = sorted(filtered());
    page = 0;
    id('file').hidden = !view.file;
    id('file').textContent = `File: ${view.file} ✕`;
    id('file').setAttribute('aria-label', `Only ${view.file}; press to see all files`);
    for (const head of document.querySelectorAll('#table th[data-sort]')) {
      if (head.dataset.sort === sort) head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
    draw();
  };
  const changed = () => {
    for (const name of FIELDS) view[name] = id(name).value;
    toAddress();
    refresh();
  };

  let waiting;
  id('q').addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(changed, 120); });
  for (const name of FIELDS.slice(1)) id(name).addEventListener('change', changed);
  id('filters').addEventListener('submit', (event) => event.preventDefault());
  id('filters').addEventListener('reset', () => { view.file = ''; setTimeout(changed); });
  id('file').addEventListener('click', () => { view.file = ''; changed(); id('q').focus(); });
  addEventListener('hashchange', () => {
    if (fromAddress()) { refresh(); id('findings').scrollIntoView(); id('findings').focus({ preventScroll: true }); }
  });
  // A link to the view that is already shown changes no address, but should lead there all the same.
  document.addEventListener('click', (event) => {
    const link = event.target.closest('.bars a');
    if (link && link.hash === location.hash) { event.preventDefault(); id('findings').scrollIntoView(); id('findings').focus({ preventScroll: true }); }
  });

  for (const head of document.querySelectorAll('#table th[data-sort]')) {
    head.firstElementChild.addEventListener('click', () => {
      down = head.dataset.sort === sort ? !down : true;
      sort = head.dataset.sort;
      refresh();
    });
  }
  const turn = (to, focus) => { page = to; draw(); if (focus) id('findings').scrollIntoView(); };
  id('before').addEventListener('click', () => turn(page - 1, true));
  id('after').addEventListener('click', () => turn(page + 1, true));
  id('page').addEventListener('change', () => turn(Math.trunc(Number(id('page').value) || 1) - 1, false));

  body.addEventListener('click', (event) => {
    const row = event.target.closest('tr.row');
    const selecting = String(getSelection()) !== '' && !event.target.closest('button');
    if (row && !selecting) toggle(row);
  });
  body.addEventListener('keydown', (event) => {
    const row = event.target.closest('tr.row');
    if (!row || event.ctrlKey || event.altKey || event.metaKey) return;
    const rows = [...body.querySelectorAll('tr.row')], at = rows.indexOf(row);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    rows[to]?.querySelector('.toggle').focus();
  });
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input, select, textarea');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      id('q').focus();
      id('q').select();
    } else if (event.key === 'Escape' && event.target === id('q')) {
      id('q').value = '';
      changed();
    }
  });
  addEventListener('beforeprint', () => { printing = true; draw(); });
  addEventListener('afterprint', () => { printing = false; draw(); });

  for (const name of ['filters', 'list']) id(name).hidden = false;
  fromAddress();
  refresh();
})();
