// The explorer: answers about one edition of the protocol, and flows step by step.
//
// This file knows no fact. Answers come from the page data, made from the model (`vfio-spec gen json` with fewer
// members); sentences and their links are taken from the tables of the page, whose rows say in `data-key` what
// they are about. What is shown is always in the address, so it survives a reload and can be sent to somebody.
(() => {
  "use strict";
  const root = document.querySelector(".explorer");
  // The print page holds every chapter: there the tables stand as they are.
  if (!root || document.querySelectorAll("main h1").length > 1) return;

  const edition = JSON.parse(root.querySelector('script[type="application/json"]').textContent).editions[0];
  const { bits, computed } = edition;
  const list = (rows) => rows || [];
  const states = computed.states;
  const error = computed.error_state;
  const initial = (bits || edition.states).initial;
  // What is announced makes a difference to these answers.
  const sets = bits ? computed.matrix : computed.requests;
  const flows = list(edition.flows);

  // ---- The page -----------------------------------------------------------------------------------

  /** An element: `on…` are listeners, `true` is an attribute without a value, what is missing is left out. */
  function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
    return element;
  }

  const code = (text) => h("code", {}, text);
  const rows = new Map([...root.querySelectorAll("tr[data-key]")].map((row) => [row.dataset.key, row]));

  /** The content of a cell of the page's tables, with its links. */
  function words(key, column) {
    const cell = rows.get(key)?.cells[column];
    return cell ? [...cell.childNodes].map((node) => node.cloneNode(true)) : [];
  }

  /** A table in a box of its own that scrolls; `bodies` are lists of rows. */
  function table(name, caption, heads, ...bodies) {
    const head = heads.map((it) => (it instanceof Node ? it : h("th", { scope: "col" }, it)));
    return h("div", { class: "table-wrapper spec" },
      h("table", { class: name }, h("caption", {}, caption), h("thead", {}, h("tr", {}, head)),
        bodies.map((body) => h("tbody", {}, body))));
  }

  // ---- The model ----------------------------------------------------------------------------------

  const stateOf = (value) => states.find((state) => state.value === value);
  const faultOf = (name) => edition.errors.find((fault) => fault.name === name);
  const flowOf = (name) => flows.find((flow) => flow.name === name);

  function nameOf(value) {
    const known = stateOf(value);
    if (known) return known.name;
    const names = list(bits?.bits).filter((bit) => value & (1 << bit.number)).map((bit) => bit.name);
    return names.join("|") || "0";
  }

  /** The value of a name, with `|` or `,` between bits; undefined where it means nothing. */
  function valueOf(name) {
    const state = states.find((it) => it.name === name);
    if (state || !bits) return state?.value;
    let value = 0;
    for (const part of name.split(/[|,]/)) {
      const bit = bits.bits.find((it) => it.name === part);
      if (!bit) return undefined;
      value |= 1 << bit.number;
    }
    return value;
  }

  const optional = (() => {
    const some = new Set(sets.flatMap((set) => list(set.capabilities)));
    return edition.capabilities.filter((row) => some.has(row.name) && !row.required).map((row) => row.name);
  })();
  const required = edition.capabilities.filter((row) => row.required).map((row) => row.name);
  const setOf = (device) =>
    sets.find((set) => optional.every((name) => list(set.capabilities).includes(name) === device.includes(name)));

  /** What a request or write gets: `{refused}`, `{path}`, or nothing where no such device is in `from`. */
  function answer(device, from, to) {
    const set = setOf(device);
    if (!bits) return set.answers.find((it) => it.from === from && it.to === to);
    const write = (old, now) => set.writes.find((it) => it.old === old && it.new === now);
    if (from !== error && write(from, from)?.refused) return undefined;
    const found = write(from, to);
    return found && (found.refused ? found : { path: from === to ? [from] : [from, to] });
  }

  const possible = (device, state) => answer(device, state, state) !== undefined;

  /** Whether a device may be used for a flow. */
  const fits = (device, flow) =>
    optional.every((name) =>
      device.includes(name) ? !list(flow.lacks).includes(name) : !list(flow.needs).includes(name));

  /** The device that is most like this one and fits. */
  function fitting(device, flow) {
    return optional.filter((name) =>
      list(flow.needs).includes(name) || (device.includes(name) && !list(flow.lacks).includes(name)));
  }

  // ---- What is shown, and the address ---------------------------------------------------------------

  let view;
  let notes = [];

  const fresh = () => ({ device: optional, from: undefined, to: undefined, flow: undefined, step: 1 });

  /** Reads the address. What means nothing is left out, and told. */
  function read() {
    const asked = new URLSearchParams(location.search);
    view = fresh();
    notes = [];
    const take = (name, use) => {
      const text = asked.get(name);
      if (text !== null && use(text) === false) {
        notes.push(`The address says ${name}=${text.slice(0, 60)}, which means nothing here. It is ignored.`);
      }
    };
    take("device", (text) => {
      const names = text === "none" ? [] : text.split(",");
      const known = [...optional, ...required];
      if (!names.every((name) => known.includes(name))) return false;
      view.device = optional.filter((name) => names.includes(name));
      return true;
    });
    const state = (end) => (text) => {
      const value = valueOf(text);
      if (value === undefined) return false;
      view[end] = value;
      return true;
    };
    take("from", state("from"));
    take("to", state("to"));
    take("flow", (text) => {
      view.flow = flowOf(text)?.name;
      return view.flow !== undefined;
    });
    take("step", (text) => {
      const most = flowOf(view.flow)?.steps.length;
      const good = /^\d{1,4}$/.test(text) && text >= 1 && text <= most;
      if (good) view.step = Number(text);
      return good;
    });
    const flow = flowOf(view.flow);
    if (flow && !fits(view.device, flow)) {
      view.device = fitting(view.device, flow);
      notes.push(`The flow ${flow.name} needs another device; the capabilities were changed.`);
    }
  }

  function address() {
    const asked = new URLSearchParams(location.search);
    for (const name of ["device", "from", "to", "flow", "step"]) asked.delete(name);
    asked.set("device", view.device.join(",") || "none");
    if (view.flow) {
      asked.set("flow", view.flow);
      asked.set("step", view.step);
    } else {
      for (const end of ["from", "to"]) if (view[end] !== undefined) asked.set(end, nameOf(view[end]));
    }
    return `${location.pathname}?${asked.toString().replaceAll("%7C", ",").replaceAll("%2C", ",")}`;
  }

  /** Shows something else, as a new entry of the history. */
  function show(change) {
    Object.assign(view, change);
    notes = [];
    const flow = flowOf(view.flow);
    if (flow && !fits(view.device, flow)) {
      if (change.flow) view.device = fitting(view.device, flow);
      else Object.assign(view, { flow: undefined, step: 1 });
      const what = change.flow ? "the capabilities were changed" : "a request is shown instead";
      notes.push(`The flow ${flow.name} is not for such a device; ${what}.`);
    }
    try {
      history.pushState(null, "", address());
    } catch {
      // Some browsers keep the address of a file on disk as it is.
    }
    draw();
  }

  // ---- Controls -------------------------------------------------------------------------------------

  const note = h("p", { class: "explorer-note", role: "status" });
  const controls = h("form", { class: "explorer-controls", onsubmit: (event) => event.preventDefault() });
  const said = h("div", { class: "explorer-answer", "aria-live": "polite" });
  const copy = h("button", { type: "button", onclick: copyLink }, "Copy link");
  const figure = root.querySelector("figure");
  const story = h("div", {});
  const detail = h("div", {});

  function check(label, checked, onchange, more) {
    return h("label", {}, h("input", { type: "checkbox", checked, onchange, ...more }), " ", label);
  }

  /** A control is found again by `data-control` when the form is drawn anew, so it keeps the focus. */
  function device() {
    const toggle = (name) => () => {
      const has = view.device.includes(name);
      show({ device: optional.filter((it) => (it === name ? !has : view.device.includes(it))) });
    };
    return h("fieldset", {}, h("legend", {}, "The device announces"),
      required.map((name) => check(code(name), true, undefined, { disabled: true })),
      optional.map((name) =>
        check(code(name), view.device.includes(name), toggle(name), { "data-control": `device-${name}` })));
  }

  function subject() {
    const first = flows.find((flow) => fits(view.device, flow)) || flows[0];
    const choice = (label, flow) => h("label", {}, h("input", {
      type: "radio", name: "subject", checked: view.flow ? flow : !flow, "data-control": `subject-${label}`,
      onchange: () => show({ flow: flow && first.name, step: 1 }),
    }), " ", label);
    return first && h("fieldset", {}, h("legend", {}, "Show"),
      choice(bits ? "one write" : "one request", undefined), choice("a flow, step by step", true));
  }

  /** A button that keeps the focus while it has nothing to do. */
  function button(label, control, active, onclick) {
    return h("button", {
      type: "button", "data-control": control, "aria-disabled": active ? undefined : "true",
      onclick: () => active && onclick(),
    }, label);
  }

  function select(label, control, value, groups, onchange) {
    const option = ([value, text]) => h("option", { value }, text);
    const input = h("select", { "data-control": control, onchange: (event) => onchange(event.target.value) },
      groups.map(([label, options]) =>
        label ? h("optgroup", { label }, options.map(option)) : options.map(option)));
    input.value = value;
    return h("label", {}, h("span", {}, label), " ", input);
  }

  function ends() {
    const { from = initial, to } = view;
    const swap = button("Swap", "swap", to !== undefined, () => show({ from: to, to: from }));
    if (bits) return [toggles("The device reads", "from"), toggles("Written is", "to"), swap];
    const options = (chosen) => states
      .filter((state) => possible(view.device, state.value) || state.value === chosen)
      .map((state) => [String(state.value), state.name]);
    const all = states.map((state) => [String(state.value), state.name]);
    return h("p", {},
      select("Device is in", "from", String(from), [["", options(from)]],
        (value) => show({ from: Number(value) })), " ",
      select("Requested is", "to", to === undefined ? "" : String(to), [["", [["", "nothing"], ...all]]],
        (value) => show({ from, to: value === "" ? undefined : Number(value) })), " ",
      swap);
  }

  /** The bits of one end of a write. */
  function toggles(label, end) {
    const from = view.from ?? initial;
    const value = view[end] ?? from;
    const flip = (bit) => () => show({ from, [end]: value ^ (1 << bit.number) });
    return h("fieldset", {}, h("legend", {}, label, " ", code(nameOf(value))),
      bits.bits.map((bit) => check(code(bit.name), Boolean(value & (1 << bit.number)), flip(bit),
        { "data-control": `${end}-${bit.name}` })));
  }

  function player() {
    const flow = flowOf(view.flow);
    const groups = new Map();
    for (const it of flows) {
      const group = it.released ? `Released: ${it.released}` : it.side === "source" ? "Saving" : "Resuming";
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push([it.name, `${it.title} (${it.name})`]);
    }
    const go = (label, step) =>
      button(label, label, step > 0 && step <= flow.steps.length, () => show({ step }));
    return h("p", {},
      select("Flow", "flow", view.flow, [...groups], (name) => show({ flow: name, step: 1 })), " ",
      go("Previous", view.step - 1), " ", go("Next", view.step + 1));
  }

  async function copyLink() {
    const link = new URL(address(), location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      notes = ["The link is in the clipboard."];
    } catch {
      notes = [`The link: ${link}`];
    }
    drawNotes();
  }

  // ---- The drawing ------------------------------------------------------------------------------------

  const nodes = [...root.querySelectorAll("[data-state]")];
  const edges = [...root.querySelectorAll("[data-ends]")];

  /** A first choice is the state that is, the next one the state that is wanted, and so on. */
  function choose(state) {
    if (view.flow || view.from === undefined || view.to !== undefined) {
      show({ from: state, to: undefined, flow: undefined, step: 1 });
    } else {
      show({ to: state });
    }
  }

  for (const node of nodes) {
    const state = Number(node.dataset.state);
    node.setAttribute("role", "button");
    node.setAttribute("tabindex", "0");
    node.addEventListener("click", () => choose(state));
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(state);
    });
  }

  /** Marks what the device has, and the way of the answer. */
  function mark(path) {
    const last = path[path.length - 1];
    for (const node of nodes) {
      const state = Number(node.dataset.state);
      const at = path.indexOf(state);
      const has = possible(view.device, state);
      const part = at < 0 ? "" : at === 0 ? "before" : state === last ? "after" : "on the way";
      node.classList.toggle("missing", !has);
      node.classList.toggle("on-path", at >= 0);
      node.setAttribute("aria-pressed", String(at === 0 || (at >= 0 && state === last)));
      node.setAttribute("aria-label",
        [nameOf(state), part, has ? "" : "not on this device"].filter(Boolean).join(", "));
    }
    for (const edge of edges) {
      const [a, b] = edge.dataset.ends.split(" ").map(Number);
      const taken = (from, to) => path.some((state, n) => state === from && path[n + 1] === to);
      const there = taken(a, b);
      edge.classList.toggle("missing", !direct(a, b) && !direct(b, a));
      edge.classList.toggle("on-path", there || taken(b, a));
      const tips = [...edge.querySelectorAll(".tip")];
      tips.forEach((tip, n) =>
        tip.classList.toggle("taken", there ? n === tips.length - 1 : taken(b, a) && n === 0));
    }
  }

  /** Whether the device has a line of the drawing. */
  function direct(from, to) {
    if (bits) return possible(view.device, from) && possible(view.device, to);
    return answer(view.device, from, to)?.path?.length === 2;
  }

  // ---- Answers ------------------------------------------------------------------------------------------

  const arrow = (path) => path.flatMap((state, n) => (n ? [" → ", code(nameOf(state))] : [code(nameOf(state))]));
  const count = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

  function refusal(name) {
    const key = `error:${name}`;
    return [code(faultOf(name)?.errno ?? "an error"), " (", ...words(key, 0), "): ", ...words(key, 2), ". Rule ",
      ...words(key, 4), "."];
  }

  /** What becomes of the data session on the way. */
  function session(path) {
    const [before, after] = [path[0], path[path.length - 1]].map((state) => stateOf(state)?.session);
    const kept = path.every((state) => stateOf(state)?.session === before);
    const what = bits ? "stream" : "session";
    if (before && before === after && kept) return ` The ${before} ${what} goes on.`;
    return [before && ` The ${before} ${what} ends.`, after && ` A ${after} ${what} begins.`,
      !before && !after && ` There is no ${what}.`];
  }

  /** The answer in one sentence, for everybody. */
  function sentence(from, to, found) {
    if (!found) {
      const why = bits ? answer(view.device, initial, from)?.refused : undefined;
      return h("p", {}, "No such device can be in ", code(nameOf(from)), ".", why && [" ", ...refusal(why)]);
    }
    const what = ["From ", code(nameOf(from)), " to ", code(nameOf(to)), ": "];
    if (found.refused) return h("p", { class: "refused" }, what, "refused with ", refusal(found.refused));
    if (from === to) return h("p", {}, what, "nothing is done, nothing changes.");
    const how = bits ? "legal." : [count(found.path.length - 1, "arc"), ", ", arrow(found.path), "."];
    return h("p", {}, what, how, session(found.path));
  }

  const callback = (from, to) => edition.states.arcs.find((arc) => arc.from === from && arc.to === to)?.callback;

  /** What the driver does in a request. */
  function arcs(path) {
    if (path.length < 2) return [];
    const line = (state, n) => {
      const key = `arc:${callback(path[n], state)}`;
      return h("tr", {}, h("th", { scope: "row" }, arrow([path[n], state]), h("div", {}, words(key, 0))),
        h("td", {}, words(key, 3)), h("td", {}, words(key, 4)));
    };
    return table("explorer-arcs", "What the driver does, in this order", ["Arc", "The driver", "Session"],
      path.slice(1).map(line));
  }

  /** What the driver does in a write, in each order. */
  function actions(from, to) {
    const column = (order) => {
      const write = order.writes.find((it) => it.old === from && it.new === to);
      const { title, status } = bits.actions.find((it) => it.name === order.order);
      const names = list(write?.actions);
      return h("section", { class: "explorer-order" },
        h("h4", {}, `${title} (${status})`),
        names.length
          ? h("ol", {}, names.map((name) =>
            h("li", {}, words(`${order.order}:${name}`, 0), " ", words(`${order.order}:${name}`, 2))))
          : h("p", {}, "No action."),
        verdict(from, to, write));
    };
    return [h("h3", {}, "What the driver does, in each order"),
      h("div", { class: "explorer-orders" }, computed.orders.map(column))];
  }

  function verdict(from, to, write) {
    const changed = bits.bits.filter((bit) => (from ^ to) & (1 << bit.number)).length;
    const equal = list(write.equal_steps);
    const compared =
      changed < 2 ? ["One bit or none changes: there is nothing to take apart."]
      : equal.length ? ["Equals single steps: ", arrow(equal), "."]
      : ["Equals no single steps: ", write.differs, "."];
    const lost = write.lost_by && h("p", { class: "bad" }, "Where one buffer serves both directions, ",
      code(write.lost_by), " loses what was received.");
    return [h("p", {}, compared), lost];
  }

  const columns = [...states.filter((state) => state.value !== error), ...states.filter((state) => state.value === error)];

  /** What holds in each state of a path, and which work is legal: `conditions` are known in a step of a flow. */
  function holds(path, conditions) {
    const part = (n) => (path.length === 1 ? "now" : n === 0 ? "before" : n === path.length - 1 ? "after" : "on the way");
    const heads = path.map((state, n) => h("th", { scope: "col" }, h("small", {}, part(n)), " ", code(nameOf(state))));
    const line = (key, cells) => {
      const differ = new Set(cells.map(([, text]) => text)).size > 1;
      return h("tr", { class: differ && "differs" },
        h("th", { scope: "row" }, words(key, 0), h("div", {}, words(key, 1))),
        cells.map(([yes, text]) => h("td", { class: yes ? "yes" : "no" }, text)));
    };
    const yesNo = (value) => [Boolean(value), value ? "yes" : "no"];
    const groups = new Map();
    for (const key of rows.keys()) {
      if (!key.startsWith("behaviour:")) continue;
      const aspect = rows.get(key).cells[1].dataset.aspect;
      const name = key.slice("behaviour:".length);
      if (!groups.has(aspect)) groups.set(aspect, []);
      groups.get(aspect).push(line(key, path.map((state) => yesNo(stateOf(state)?.behaviours?.[name]))));
    }
    const work = [...rows.keys()].filter((key) => key.startsWith("work:")).map((key) => {
      const name = key.slice("work:".length);
      const cell = (state, n) => {
        // Before the step, the conditions may have been others.
        if (conditions !== undefined && n === path.length - 1) {
          return yesNo((stateOf(state)?.work?.[name] ?? 0) & (1 << conditions));
        }
        const text = rows.get(key).cells[2 + columns.indexOf(stateOf(state))].textContent;
        return text === "–" ? yesNo(false) : [true, text];
      };
      return line(key, path.map(cell));
    });
    if (work.length) groups.set("Work of the VMM", work);
    const bodies = [...groups].map(([aspect, lines]) =>
      [h("tr", {}, h("th", { scope: "rowgroup", colspan: path.length + 1 }, aspect)), lines]);
    return table("explorer-holds", "What the device may do and must tolerate, and what the VMM may do",
      ["While the state lasts", ...heads], ...bodies);
  }

  // ---- Flows --------------------------------------------------------------------------------------------

  /** Conditions as a number: bit `n` is that of the edition's condition `n`. */
  const conditionsOf = (step) =>
    list(edition.conditions).reduce((all, row, n) => all | (step.conditions?.[row.name] ? 1 << n : 0), 0);

  function pathOf(step) {
    if (step.target.how === "reset" || step.target.how === "reads") return [step.before, step.after];
    const found = answer(view.device, step.before, step.target.state)?.path;
    return step.result || !found ? [step.before, step.after] : found;
  }

  const squeezed = (path) => path.filter((state, n) => n === 0 || state !== path[n - 1]);

  /** What a device gets in a step, and where that leaves it. */
  function deviceCell(step) {
    const target = step.target;
    const wanted = code(target.how === "reset" ? "" : nameOf(target.state));
    const asked = bits ? "written " : "requested ";
    const what =
      target.how === "reset" ? ["reset to ", code(nameOf(step.after))]
      : target.how === "reads" ? ["reads ", wanted]
      : target.how === "write" ? [asked, "again ", wanted]
      : step.before === target.state ? wanted
      : [asked, wanted];
    const now = stateOf(step.after)?.session;
    return h("td", { class: step.before !== step.after && "differs" }, what,
      step.failure && [h("br"), h("span", { class: "bad" }, step.failure)],
      step.result && [h("br"), "gets ", words(`error:${step.result}`, 0)],
      now && [h("br"), h("small", {}, `${now} ${bits ? "stream" : "session"}`)]);
  }

  function vmmCell(step) {
    const parts = list(step.work).map((name, n) => [n ? ", " : "", words(`work:${name}`, 0)]);
    return h("td", {}, parts, step.text && [parts.length ? h("br") : "", step.text],
      step.barrier && [h("br"), h("strong", {}, `all devices: ${step.barrier}`)]);
  }

  function flowTable(flow) {
    const devices = flow.devices === "many" ? ["Device A", "Device B"] : ["The device"];
    const line = (step) => {
      const current = step.number === view.step;
      const button = h("button", {
        type: "button", "data-control": `step-${step.number}`, "aria-label": `Step ${step.number}`,
        onclick: () => show({ step: step.number }),
      }, String(step.number));
      return h("tr", { class: current && "current", "aria-current": current && "step" },
        h("th", { scope: "row" }, button),
        list(edition.conditions).map((row) => h("td", {}, step.conditions?.[row.name] ? row.on : row.off)),
        vmmCell(step), devices.map(() => deviceCell(step)));
    };
    return table("explorer-flow", `${flow.title}, step by step`,
      ["Step", ...list(edition.conditions).map((row) => row.column), "The VMM", ...devices], flow.steps.map(line));
  }

  function stepSentence(flow, step, path) {
    const { how, state } = step.target;
    const who = flow.devices === "many" ? "every device" : "the device";
    const wanted = code(nameOf(how === "reset" ? step.after : state));
    const event =
      how === "reset" ? ["resets ", who]
      : how === "reads" ? ["reads the state of ", who, ": it is ", wanted]
      : how === "state" && step.before === state ? ["leaves ", who, " in ", wanted]
      : [bits ? "writes " : "requests ", wanted, " of ", who];
    return h("p", {}, `Step ${step.number} of ${flow.steps.length}: the VMM `, event, step.text && ` (${step.text})`,
      path.length > 1 && [": ", arrow(path)], ".", session(path),
      step.result && [" It gets ", refusal(step.result)],
      step.barrier && ` No device begins the next step before all have done this one: ${step.barrier}.`,
      " ", words(`flow:${flow.name}`, 0));
  }

  // ---- All of it ------------------------------------------------------------------------------------------

  function drawNotes() {
    note.replaceChildren(...notes.map((text) => h("span", {}, text)));
    note.hidden = !notes.length;
  }

  function drawRequest() {
    const { from = initial, to } = view;
    const found = to === undefined ? undefined : answer(view.device, from, to);
    const path = found?.path || [from];
    mark(path);
    story.replaceChildren();
    if (to === undefined && possible(view.device, from)) {
      const next = view.from === undefined ? "the state that it is in, then the one that is wanted" : "what is wanted";
      said.replaceChildren(h("p", {}, "The device is in ", code(nameOf(from)), `. Choose ${next}.`));
    } else {
      said.replaceChildren(sentence(from, to ?? from, found));
    }
    const done = found?.path ? (bits ? actions(from, to) : arcs(path)) : [];
    detail.replaceChildren(...[done].flat(), ...(stateOf(from) ? [holds(path)] : []));
  }

  function drawFlow(flow) {
    const step = flow.steps[view.step - 1];
    const path = squeezed(pathOf(step));
    mark(path);
    said.replaceChildren(stepSentence(flow, step, path));
    story.replaceChildren(flowTable(flow));
    const taken = step.target.how === "state" || step.target.how === "write";
    const done = !taken || step.result ? [] : bits ? (path.length > 1 ? actions(path[0], step.after) : []) : arcs(path);
    detail.replaceChildren(...[done].flat(), holds(path, conditionsOf(step)));
  }

  function draw() {
    const focused = document.activeElement?.dataset?.control;
    const flow = flowOf(view.flow);
    controls.replaceChildren(...[subject(), device(), flow ? player() : ends()].flat().filter(Boolean));
    if (flow) drawFlow(flow);
    else drawRequest();
    drawNotes();
    reach();
    if (focused) root.querySelector(`[data-control="${CSS.escape(focused)}"]`)?.focus();
  }

  /** What is wider than its box scrolls there: arrow keys have to reach it. */
  function reach() {
    for (const box of root.querySelectorAll(".table-wrapper")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }

  const tables = root.querySelector(".explorer-tables");
  const more = h("details", { class: "spec-more" }, h("summary", {}, "All of it as tables"));
  tables.replaceWith(more);
  more.append(tables);
  root.prepend(controls, note);
  figure?.after(h("div", { class: "explorer-bar" }, said, copy), story, detail);
  root.classList.add("live");
  addEventListener("resize", reach);
  addEventListener("popstate", () => {
    read();
    draw();
  });
  read();
  draw();
})();
