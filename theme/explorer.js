// The explorer: answers about one edition of the protocol, and flows and counterexamples step by step.
//
// This file knows no fact. Answers come from the page data, made from the model (`vfio-spec gen json`, fewer
// members); sentences with their links are taken from the tables of the page, whose rows say in `data-key` what
// they are about. What is shown is always in the address, so it survives a reload and can be sent to somebody.
(() => {
  "use strict";
  const root = document.querySelector(".explorer");
  // The print page holds every chapter: there the tables stand as they are.
  if (!root || document.querySelectorAll("main h1").length > 1) return;

  const data = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
  const edition = data.editions[0];
  const { bits, computed } = edition;
  const list = (rows) => rows || [];
  const states = computed.states;
  const error = computed.error_state;
  const initial = (bits || edition.states).initial;
  const sets = bits ? computed.matrix : computed.requests;
  const conditions = list(edition.conditions);
  const stream = bits ? "stream" : "session";
  const flows = list(edition.flows);
  const faults = list(data.counterexamples).filter((it) => it.counterexample)
    .map(({ variant, counterexample }) => ({ name: variant, ...counterexample }));

  // ---- The page

  /** An element: `on…` are listeners, `true` is an attribute without a value, what is missing is left out. */
  function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((child) => child || child === 0));
    return element;
  }

  const code = (text) => h("code", {}, text);
  const rows = new Map([...root.querySelectorAll("tr[data-key]")].map((row) => [row.dataset.key, row]));
  const named = (kind) => [...rows.keys()].filter((key) => key.startsWith(`${kind}:`)).map((key) => key.slice(kind.length + 1));

  /** The content of a cell of the page's tables, with its links. */
  const words = (key, column) =>
    [...(rows.get(key)?.cells[column]?.childNodes || [])].map((node) => node.cloneNode(true));

  /** A table in a box of its own that scrolls; `bodies` are lists of rows. */
  function table(name, caption, heads, ...bodies) {
    const head = heads.map((it) => (it instanceof Node ? it : h("th", { scope: "col" }, it)));
    return h("div", { class: "table-wrapper spec" },
      h("table", { class: name }, h("caption", {}, caption), h("thead", {}, h("tr", {}, head)),
        bodies.map((body) => h("tbody", {}, body))));
  }

  // ---- The model

  const stateOf = (value) => states.find((state) => state.value === value);
  const storyOf = (name) => [...flows, ...faults].find((story) => story.name === name);

  function nameOf(value) {
    const set = list(bits?.bits).filter((bit) => value & (1 << bit.number)).map((bit) => bit.name);
    return stateOf(value)?.name ?? (set.join("|") || "0");
  }

  /** The value of a name, with `|` or `,` between bits; undefined where it means nothing. */
  function valueOf(name) {
    const state = states.find((it) => it.name === name);
    if (state || !bits) return state?.value;
    const parts = name.split(/[|,]/).map((part) => bits.bits.find((it) => it.name === part));
    return parts.every(Boolean) ? parts.reduce((all, bit) => all | (1 << bit.number), 0) : undefined;
  }

  const [required, optional] = [true, false].map((needed) =>
    edition.capabilities.filter((row) => Boolean(row.required) === needed).map((row) => row.name)
      .filter((name) => sets.some((set) => list(set.capabilities).includes(name))));

  /** What a request or write gets: `{refused}`, `{path}`, or nothing where no such device is in `from`. */
  function answer(from, to) {
    const set = sets.find((it) =>
      optional.every((name) => list(it.capabilities).includes(name) === view.device.includes(name)));
    if (!bits) return set.answers.find((it) => it.from === from && it.to === to);
    const write = (old, now) => set.writes.find((it) => it.old === old && it.new === now);
    if (from !== error && write(from, from)?.refused) return undefined;
    const found = write(from, to);
    return found && (found.refused ? found : { path: from === to ? [from] : [from, to] });
  }

  const possible = (state) => answer(state, state) !== undefined;

  /** The device that is most like this one and can be used for a story. */
  const fitting = (device, story) => optional.filter((name) =>
    list(story.needs).includes(name) || (device.includes(name) && !list(story.lacks).includes(name)));

  // ---- What is shown, and the address

  let view;
  let notes = [];

  /** Changes the device to one that the story can be told of. */
  function fit() {
    const story = storyOf(view.flow);
    const device = story ? fitting(view.device, story) : view.device;
    if (device.join() !== view.device.join()) notes.push(`${story.name} needs another device: the capabilities were changed.`);
    view.device = device;
  }

  /** Reads the address. What means nothing is left out, and told. */
  function read() {
    const asked = new URLSearchParams(location.search);
    view = { device: optional, step: 1 };
    notes = [];
    const take = (name, use) => {
      const value = asked.has(name) ? use(asked.get(name)) : undefined;
      if (value !== undefined) view[name] = value;
      else if (asked.has(name)) notes.push(`The address says ${name}=${asked.get(name).slice(0, 60)}: that means nothing here.`);
    };
    take("device", (text) => {
      const names = text === "none" ? [] : text.split(",");
      const known = names.every((name) => optional.includes(name) || required.includes(name));
      return known ? optional.filter((name) => names.includes(name)) : undefined;
    });
    take("from", valueOf);
    take("to", valueOf);
    take("flow", (text) => storyOf(text)?.name);
    take("step", (text) =>
      /^\d{1,4}$/.test(text) && text >= 1 && text <= storyOf(view.flow)?.steps.length ? Number(text) : undefined);
    fit();
  }

  function address() {
    const asked = new URLSearchParams(location.search);
    for (const name of ["device", "from", "to", "flow", "step"]) asked.delete(name);
    asked.set("device", view.device.join() || "none");
    if (view.flow) for (const name of ["flow", "step"]) asked.set(name, view[name]);
    else for (const end of ["from", "to"]) if (view[end] !== undefined) asked.set(end, nameOf(view[end]));
    return `${location.pathname}?${asked.toString().replace(/%7C|%2C/g, ",")}`;
  }

  /** Shows something else, as a new entry of the history. */
  function show(change) {
    Object.assign(view, change);
    notes = [];
    const story = storyOf(view.flow);
    if (story && change.device && fitting(view.device, story).join() !== view.device.join()) {
      notes.push(`${story.name} is not for such a device.`);
      Object.assign(view, { flow: undefined, step: 1 });
    }
    fit();
    try {
      history.pushState(null, "", address());
    } catch {
      // Some browsers keep the address of a file on disk as it is.
    }
    draw();
  }

  // ---- Controls. `data-control` finds one again when the form is drawn anew, so it keeps the focus.

  const note = h("p", { class: "explorer-note", role: "status" });
  const controls = h("form", { class: "explorer-controls", onsubmit: (event) => event.preventDefault() });
  const said = h("div", { class: "explorer-answer", "aria-live": "polite" });
  const copy = h("button", { type: "button", onclick: copyLink }, "Copy link");
  const below = h("div", {});

  const group = (legend, ...content) => h("fieldset", {}, h("legend", {}, legend), content);
  const input = (type, label, control, checked, more) =>
    h("label", {}, h("input", { type, checked, "data-control": control, ...more }), " ", label);

  /** A button that keeps the focus while it has nothing to do. */
  const button = (label, active, onclick) => h("button", {
    type: "button", "data-control": label, "aria-disabled": !active && "true", onclick: () => active && onclick(),
  }, label);

  function select(label, control, value, groups, onchange) {
    const option = ([value, text]) => h("option", { value }, text);
    const box = h("select", { "data-control": control, onchange: (event) => onchange(event.target.value) },
      groups.map(([label, options]) => (label ? h("optgroup", { label }, options.map(option)) : options.map(option))));
    box.value = value ?? "";
    return h("label", {}, label, " ", box);
  }

  function subject() {
    const choice = (label, flow) => input("radio", label, label, view.flow ? flow : !flow,
      { name: "subject", onchange: () => show({ flow, step: 1 }) });
    const first = flows.find((flow) => fitting(view.device, flow).join() === view.device.join()) || flows[0];
    return first && group("Show", choice(bits ? "one write" : "one request", undefined),
      choice(faults.length ? "a flow or counterexample" : "a flow, step by step", first.name));
  }

  function device() {
    const toggle = (name) => () =>
      show({ device: optional.filter((it) => view.device.includes(it) !== (it === name)) });
    return group("The device announces",
      required.map((name) => input("checkbox", code(name), name, true, { disabled: true })),
      optional.map((name) =>
        input("checkbox", code(name), `device-${name}`, view.device.includes(name), { onchange: toggle(name) })));
  }

  function ends() {
    const { from = initial, to } = view;
    const swap = button("Swap", to !== undefined, () => show({ from: to, to: from }));
    if (bits) return [toggles("The device reads", "from", from), toggles("Written is", "to", to ?? from), swap];
    const option = (state) => [state.value, state.name];
    const offered = states.filter((state) => possible(state.value) || state.value === from);
    const number = (text) => (text === "" ? undefined : Number(text));
    return h("p", {},
      select("Device is in", "from", from, [["", offered.map(option)]], (text) => show({ from: number(text) })), " ",
      select("Requested is", "to", to, [["", [["", "nothing"], ...states.map(option)]]],
        (text) => show({ from, to: number(text) })), " ", swap);
  }

  /** The bits of one end of a write. */
  const toggles = (label, end, value) => group([label, " ", code(nameOf(value))], bits.bits.map((bit) =>
    input("checkbox", code(bit.name), `${end}-${bit.name}`, Boolean(value & (1 << bit.number)),
      { onchange: () => show({ from: view.from ?? initial, [end]: value ^ (1 << bit.number) }) })));

  function player(story) {
    const groups = new Map();
    for (const it of [...flows, ...faults]) {
      const group = it.invariant ? "Counterexamples: a protection is missing" : it.released ? `Released: ${it.released}`
        : it.side === "source" ? "Saving" : "Resuming";
      groups.set(group, [...list(groups.get(group)), [it.name, it.title ? `${it.title} (${it.name})` : `${it.name}: ${rows.get(`variant:${it.name}`).cells[1].textContent}`]]);
    }
    const go = (label, step) => button(label, step > 0 && step <= story.steps.length, () => show({ step }));
    return h("p", {},
      select("Flow", "flow", view.flow, [...groups], (flow) => show({ flow, step: 1 })), " ",
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

  // ---- The drawing

  const nodes = [...root.querySelectorAll("[data-state]")];
  const edges = [...root.querySelectorAll("[data-ends]")];

  /** A first choice is the state that is, the next one the state that is wanted, and so on. */
  function choose(state) {
    const anew = view.flow || view.from === undefined || view.to !== undefined;
    show(anew ? { from: state, to: undefined, flow: undefined, step: 1 } : { to: state });
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

  /** Marks what the device has, and the states of the answer; `way` if they are passed one after the other. */
  function mark(path, way = true) {
    for (const node of nodes) {
      const state = Number(node.dataset.state);
      const [at, has] = [path.indexOf(state), possible(state)];
      const part = at < 0 ? "" : !way ? "now" : partOf(path, at);
      node.classList.toggle("missing", !has);
      node.classList.toggle("on-path", at >= 0);
      node.setAttribute("aria-pressed", String(at >= 0));
      node.setAttribute("aria-label", [nameOf(state), part, has ? "" : "not on this device"].filter(Boolean).join(", "));
    }
    for (const edge of edges) {
      const [a, b] = edge.dataset.ends.split(" ").map(Number);
      const taken = (from, to) => way && path.some((state, n) => state === from && path[n + 1] === to);
      const direct = (from, to) => (bits ? possible(from) && possible(to) : answer(from, to)?.path?.length === 2);
      edge.classList.toggle("missing", !direct(a, b) && !direct(b, a));
      edge.classList.toggle("on-path", taken(a, b) || taken(b, a));
      const tips = [...edge.querySelectorAll(".tip")];
      tips.forEach((tip, n) =>
        tip.classList.toggle("taken", taken(a, b) ? n === tips.length - 1 : taken(b, a) && n === 0));
    }
  }

  // ---- Answers

  const arrow = (path) => path.map((state, n) => [n ? " → " : "", code(nameOf(state))]);
  const partOf = (path, n) =>
    path.length === 1 ? "now" : n === 0 ? "before" : n === path.length - 1 ? "after" : "on the way";

  const refusal = (name) => [words(`error:${name}`, 1), " (", words(`error:${name}`, 0), "): ",
    words(`error:${name}`, 2), ". Rule ", words(`error:${name}`, 4), "."];

  /** What becomes of the data session on the way. */
  function session(path) {
    const all = path.map((state) => stateOf(state)?.session);
    const [before, after] = [all[0], all[all.length - 1]];
    if (!before && !after) return ` There is no ${stream}.`;
    if (all.every((it) => it === before)) return ` The ${before} ${stream} goes on.`;
    return [before && ` The ${before} ${stream} ends.`, after && ` A ${after} ${stream} begins.`];
  }

  /** The answer in one sentence, for everybody. */
  function sentence(from, to, found) {
    if (!found) {
      const why = bits && answer(initial, from)?.refused;
      return h("p", {}, "No such device can be in ", code(nameOf(from)), ". ", why && refusal(why));
    }
    const what = ["From ", code(nameOf(from)), " to ", code(nameOf(to)), ": "];
    if (found.refused) return h("p", { class: "refused" }, what, "refused with ", refusal(found.refused));
    if (from === to) return h("p", {}, what, "nothing is done, nothing changes.");
    const count = found.path.length - 1;
    const how = bits ? "legal." : [`${count} arc${count === 1 ? "" : "s"}, `, arrow(found.path), "."];
    return h("p", {}, what, how, session(found.path));
  }

  /** What the driver does in a request. */
  function arcs(path) {
    if (path.length < 2) return [];
    const line = (to, n) => {
      const arc = edition.states.arcs.find((it) => it.from === path[n] && it.to === to);
      const key = `arc:${arc?.callback}`;
      return h("tr", {}, h("th", { scope: "row" }, arrow([path[n], to]), h("div", {}, words(key, 0))),
        h("td", {}, words(key, 3)), h("td", {}, words(key, 4)));
    };
    return table("explorer-arcs", "What the driver does, in this order", ["Arc", "The driver", "Session"],
      path.slice(1).map(line));
  }

  /** What the driver does in a write, in each order. */
  function actions([from, to]) {
    if (to === undefined) return [];
    const column = ({ order, writes }) => {
      const write = writes.find((it) => it.old === from && it.new === to);
      const { title, status } = bits.actions.find((it) => it.name === order);
      const item = (name) => h("li", {}, words(`${order}:${name}`, 0), " ", words(`${order}:${name}`, 3));
      const names = list(write.actions);
      return h("section", { class: "explorer-order" }, h("h4", {}, `${title} (${status})`),
        names.length ? h("ol", {}, names.map(item)) : h("p", {}, "No action."), verdict(from, to, write));
    };
    return [h("h3", {}, "What the driver does, in each order"),
      h("div", { class: "explorer-orders" }, computed.orders.map(column))];
  }

  function verdict(from, to, write) {
    const changed = bits.bits.filter((bit) => (from ^ to) & (1 << bit.number)).length;
    return [
      h("p", {}, changed < 2 ? "One bit or none changes: there is nothing to take apart."
        : write.equal_steps ? ["Equals single steps: ", arrow(write.equal_steps), "."]
        : ["Equals no single steps: ", write.differs, "."]),
      write.lost_by && h("p", { class: "bad" }, "Where one buffer serves both directions, ", code(write.lost_by),
        " loses what was received."),
    ];
  }

  // The states of the page's tables, from their third column on.
  const columns = [...states].sort((a, b) => (a.value === error) - (b.value === error));

  /** What holds and which work is legal in some states, each `{label, state, met}`; `met`: the conditions, if known. */
  function holds(shown) {
    const line = (key, cells) => h("tr", { class: new Set(cells).size > 1 && "differs" },
      h("th", { scope: "row" }, words(key, 0), h("div", {}, words(key, 1))),
      cells.map((text) => h("td", { class: text === "no" ? "no" : "yes" }, text)));
    const yesNo = (value) => (value ? "yes" : "no");
    const groups = new Map();
    for (const name of named("behaviour")) {
      const key = `behaviour:${name}`;
      const { aspect } = rows.get(key).cells[1].dataset;
      const cells = shown.map(({ state }) => yesNo(stateOf(state)?.behaviours?.[name]));
      groups.set(aspect, [...list(groups.get(aspect)), line(key, cells)]);
    }
    const work = named("work").map((name) => line(`work:${name}`, shown.map(({ state, met }) => {
      if (met !== undefined) return yesNo((stateOf(state)?.work?.[name] ?? 0) & (1 << met));
      const text = rows.get(`work:${name}`).cells[2 + columns.indexOf(stateOf(state))]?.textContent;
      return text && text !== "–" ? text : "no";
    })));
    if (work.length) groups.set("Work of the VMM", work);
    const heads = shown.map(({ label, state }) =>
      h("th", { scope: "col" }, h("small", {}, label), " ", code(nameOf(state))));
    return table("explorer-holds", "What the device may do and must tolerate, and what the VMM may do",
      ["While the state lasts", ...heads], ...[...groups].map(([aspect, lines]) =>
        [h("tr", {}, h("th", { scope: "rowgroup", colspan: shown.length + 1 }, aspect)), lines]));
  }

  const holdsOn = (path, met) => holds(path.map((state, n) =>
    ({ label: partOf(path, n), state, met: n === path.length - 1 ? met : undefined })));

  // ---- Flows and counterexamples

  /** A table of steps: what somebody does, where that leaves each device, and the conditions. */
  function steps(story, who, devices, cells) {
    const line = (step, n) => {
      const now = n + 1 === view.step;
      return h("tr", { class: now && "current", "aria-current": now && "step" },
        h("th", { scope: "row" }, h("button", {
          type: "button", "data-control": `step-${n}`, "aria-label": `Step ${n + 1}`, onclick: () => show({ step: n + 1 }),
        }, n + 1)), cells(step, n),
        conditions.map((row, m) => h("td", {}, metIn(step) & (1 << m) ? row.on : row.off)));
    };
    return table("explorer-flow", `${story.title || story.name}, step by step`,
      ["Step", who, ...devices, ...conditions.map((row) => row.column)], story.steps.map(line));
  }

  /** The conditions of a step as a number: bit `n` is that of the edition's condition `n`. */
  const metIn = (step) => conditions.reduce((all, row, n) =>
    all | ((Array.isArray(step.conditions) ? step.conditions[n] : step.conditions?.[row.name]) ? 1 << n : 0), 0);

  function flowCells(story, step) {
    const { how, state } = step.target;
    const asked = bits ? "written " : "requested ";
    const now = stateOf(step.after)?.session;
    const device = () => h("td", { class: step.before !== step.after && "differs" },
      how === "reset" ? "reset to " : how === "reads" ? "reads " : how === "write" ? [asked, "again "]
        : step.before !== state && asked, code(nameOf(how === "reset" ? step.after : state)),
      step.failure && [h("br"), h("span", { class: "bad" }, step.failure)],
      step.result && [h("br"), "gets ", words(`error:${step.result}`, 0)],
      now && [h("br"), h("small", {}, `${now} ${stream}`)]);
    const work = list(step.work).map((name, n) => [n ? ", " : "", words(`work:${name}`, 0)]);
    return [h("td", {}, work, step.text && [work.length ? h("br") : "", step.text],
      step.barrier && [h("br"), h("strong", {}, `all devices: ${step.barrier}`)]),
      story.devices === "many" ? [device(), device()] : device()];
  }

  function flowSentence(story, step, path) {
    const { how, state } = step.target;
    const who = story.devices === "many" ? "every device" : "the device";
    const wanted = code(nameOf(how === "reset" ? step.after : state));
    const event = how === "reset" ? ["resets ", who]
      : how === "reads" ? ["reads the state of ", who, ": it is ", wanted]
      : how === "state" && step.before === state ? ["leaves ", who, " in ", wanted]
      : [bits ? "writes " : "requests ", wanted, " of ", who];
    return h("p", {}, `Step ${step.number} of ${story.steps.length}: the VMM `, event, step.text && ` (${step.text})`,
      path.length > 1 && [": ", arrow(path)], ".", session(path), step.result && [" It gets ", refusal(step.result)],
      step.barrier && ` No device begins the next step before all have done this one: ${step.barrier}.`,
      " ", words(`flow:${story.name}`, 0));
  }

  function drawFlow(story) {
    const step = story.steps[view.step - 1];
    const { how, state } = step.target;
    const asks = (how === "state" || how === "write") && !step.result;
    const path = (asks && answer(step.before, state)?.path) || [...new Set([step.before, step.after])];
    const devices = story.devices === "many" ? ["Device A", "Device B"] : ["The device"];
    mark(path);
    said.replaceChildren(flowSentence(story, step, path));
    return [steps(story, "The VMM", devices, (it) => flowCells(story, it)),
      asks && (bits ? actions(path) : arcs(path)), holdsOn(path, metIn(step))];
  }

  const here = (name) => (name ? [valueOf(name)] : []);

  /** Who does what; where the VMM begins a step of a flow, a link leads there. */
  const deed = ({ actor, text, row }) => [h("strong", {}, `${actor}:`), " ",
    row ? [text.split("`")[0], words(`flow:${row.flow}`, 0)]
      : text.split("`").map((part, n) => (n % 2 ? code(part) : part))];

  function faultCells(story, step, n) {
    const device = (_, m) => {
      const state = step.devices[m];
      return h("td", { class: n > 0 && story.steps[n - 1].devices[m] !== state && "differs" },
        state ? code(state) : "is not there", [...list(step.observed)[m]].map((name) => [h("br"), h("small", {}, name)]));
    };
    return [h("td", {}, deed(step)), story.devices.map(device)];
  }

  /** A step of a counterexample: each device has a state of its own, and the last step is where it is broken. */
  function drawFault(story) {
    const step = story.steps[view.step - 1];
    const key = `variant:${story.name}`;
    const last = view.step === story.steps.length;
    mark(step.devices.flatMap(here), false);
    said.replaceChildren(h("div", {}, h("p", {}, words(key, 0), ": ", words(key, 1), "."),
      h("p", {}, `Step ${view.step} of ${story.steps.length}: `, deed(step), "."),
      last && h("p", { class: "bad" }, "Broken: ", words(key, 3), " (", words(key, 2), "). Rule ", words(key, 4), ".")));
    return [
      steps(story, "Who does what", story.devices.map((it) => `${it.name} (${it.kind})`),
        (it, n) => faultCells(story, it, n)),
      holds(step.devices.flatMap((name, n) =>
        here(name).map((state) => ({ label: story.devices[n].name, state, met: metIn(step) })))),
    ];
  }

  // ---- All of it

  function drawNotes() {
    note.textContent = notes.join(" ");
    note.hidden = !notes.length;
  }

  function drawRequest() {
    const { from = initial, to } = view;
    const found = to === undefined ? undefined : answer(from, to);
    const path = found?.path || [from];
    mark(path);
    const next = view.from === undefined ? "the state that it is in, then the one that is wanted" : "what is wanted";
    said.replaceChildren(to === undefined && possible(from)
      ? h("p", {}, "The device is in ", code(nameOf(from)), `. Choose ${next}.`)
      : sentence(from, to ?? from, found));
    return [found?.path && (bits ? actions([from, to]) : arcs(path)), stateOf(from) && holdsOn(path)];
  }

  function draw() {
    const focused = document.activeElement?.dataset?.control;
    const story = storyOf(view.flow);
    controls.replaceChildren(...[subject(), device(), story ? player(story) : ends()].flat().filter(Boolean));
    const shown = !story ? drawRequest() : story.invariant ? drawFault(story) : drawFlow(story);
    below.replaceChildren(...shown.flat(Infinity).filter(Boolean));
    drawNotes();
    reach();
    if (focused) root.querySelector(`[data-control="${CSS.escape(focused)}"]`)?.focus();
  }

  /** On a phone, steps and arcs become cards. What is wider than its box scrolls there: arrow keys have to reach it. */
  function reach() {
    const narrow = matchMedia("(max-width: 700px)").matches;
    for (const table of below.querySelectorAll(".explorer-flow, .explorer-arcs")) {
      table.classList.toggle("cards", narrow);
      for (const cell of table.tBodies[0].querySelectorAll("tr > *")) {
        if (!narrow || !cell.textContent || cell.dataset.head) continue;
        cell.dataset.head = table.rows[0].cells[cell.cellIndex].textContent;
        // All that stands in the cell is one thing beside its head.
        cell.append(h("div", {}, ...cell.childNodes));
      }
    }
    for (const box of below.querySelectorAll(".table-wrapper")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }

  const tables = root.querySelector(".explorer-tables");
  const more = h("details", { class: "spec-more" }, h("summary", {}, "All of it as tables"));
  tables.replaceWith(more);
  more.append(tables);
  root.prepend(controls, note);
  more.before(h("div", { class: "explorer-bar" }, said, copy), below);
  root.classList.add("live");
  addEventListener("resize", reach);
  addEventListener("popstate", () => {
    read();
    draw();
  });
  read();
  draw();
})();
