// What the pages do beyond plain HTML. Without it everything is there to read, and every link works.
"use strict";

// mdBook's switch of the sidebar is a label, which neither keys nor screen readers reach.
{
    const toggle = document.getElementById("mdbook-sidebar-toggle");
    toggle.setAttribute("role", "button");
    toggle.tabIndex = 0;
    toggle.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            toggle.click();
        }
    });
}

// On a phone, tables of prose become cards: a head in front of each cell. Whatever else is wider than
// the page scrolls in its own box, which arrow keys have to reach too.
{
    const narrow = matchMedia("(max-width: 700px)");
    const scrollers = document.querySelectorAll("main .table-wrapper, main .diagram, main pre > code");
    const label = (table) => {
        if (table.dataset.labelled) return;
        table.dataset.labelled = "yes";
        const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
        for (const row of table.tBodies[0].rows) {
            for (const cell of row.cells) {
                if (!cell.textContent.trim()) continue;
                cell.dataset.head = heads[cell.cellIndex];
                const value = document.createElement("span");
                value.append(...cell.childNodes);
                cell.append(value);
            }
        }
    };
    const fit = () => {
        for (const box of scrollers) {
            const table = box.querySelector("table:not(.matrix)");
            table?.classList.remove("cards");
            const wide = box.scrollWidth > box.clientWidth || table?.rows[0].cells.length > 2;
            if (table?.tHead && narrow.matches && wide) {
                label(table);
                table.classList.add("cards");
            }
            if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
            else box.removeAttribute("tabindex");
        }
    };
    fit();
    addEventListener("resize", fit);
}

// The id of a rule is a link to it; following it copies the link too.
for (const id of document.querySelectorAll(".rule > a:first-child")) {
    id.title = "Copy the link to this rule";
    id.addEventListener("click", () => {
        navigator.clipboard?.writeText(id.href).then(() => {
            id.dataset.copied = "link copied";
            setTimeout(() => delete id.dataset.copied, 2000);
        }, () => {});
    });
}

// What verifies a rule stands on the page of coverage: shown here, below the rule, on demand.
{
    const pages = new Map();
    const load = (url) => {
        if (!pages.has(url)) {
            const page = fetch(url).then((answer) => answer.text());
            pages.set(url, page.then((text) => new DOMParser().parseFromString(text, "text/html")));
        }
        return pages.get(url);
    };
    for (const link of document.querySelectorAll(".rule > a[aria-label]")) {
        link.addEventListener("click", async (event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            const open = link.parentElement.querySelector(".verified");
            link.setAttribute("aria-expanded", String(!open));
            if (open) return void open.remove();
            const [url, id] = link.href.split("#");
            try {
                const row = (await load(url)).getElementById(id);
                const heads = row.closest("table").tHead.rows[0].cells;
                const list = document.createElement("dl");
                list.className = "verified";
                for (const cell of [...row.cells].slice(1).filter((cell) => cell.textContent.trim())) {
                    const [head, text] = [document.createElement("dt"), document.createElement("dd")];
                    head.textContent = heads[cell.cellIndex].textContent;
                    text.append(...[...cell.childNodes].map((part) => document.importNode(part, true)));
                    list.append(head, text);
                }
                for (const inner of list.querySelectorAll("a[href]")) inner.href = new URL(inner.getAttribute("href"), url).href;
                link.parentElement.append(list);
            } catch {
                location.assign(link.href);
            }
        });
    }
}

// Search: names of the protocol and ids of rules come before pages that speak of them.
{
    const bar = document.getElementById("mdbook-searchbar");
    const results = document.getElementById("mdbook-searchresults");
    const MOST = 8;
    let names;
    const load = async () => {
        const answer = await fetch(`${path_to_root}names.html`);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        return [...page.querySelectorAll(".names a")].map((link) => ({
            name: link.textContent,
            href: path_to_root + link.getAttribute("href"),
            what: `${link.parentElement.dataset.what}${link.dataset.in ? ` of ${link.dataset.in}` : ""}`,
        }));
    };
    // The whole name, its beginning, a part of it; of equals, the shortest.
    const rank = (name, wanted) => {
        const at = name.toLowerCase().indexOf(wanted);
        return at < 0 ? Infinity : (name.length === wanted.length ? 0 : at === 0 ? 1 : 2) + name.length / 1000;
    };
    const item = ({ name, href, what }) => {
        const entry = document.createElement("li");
        entry.className = "exact";
        const link = document.createElement("a");
        link.href = href;
        link.textContent = name;
        const teaser = document.createElement("span");
        teaser.className = "teaser";
        teaser.textContent = what;
        entry.append(link, teaser);
        return entry;
    };
    const add = async () => {
        const wanted = bar.value.trim().toLowerCase();
        if (wanted.length < 2) return;
        const all = await (names ??= load());
        if (wanted !== bar.value.trim().toLowerCase()) return;
        const best = all
            .map((name) => ({ ...name, rank: rank(name.name, wanted) }))
            .filter(({ rank }) => rank < Infinity)
            .sort((a, b) => a.rank - b.rank)
            .slice(0, MOST);
        for (const old of results.querySelectorAll(".exact")) old.remove();
        results.prepend(...best.map(item));
        filled.takeRecords();
    };
    // mdBook fills the list anew for each change of the text, and knows nothing of ours.
    const filled = new MutationObserver(() => add().catch(() => {}));
    if (bar && results) filled.observe(results, { childList: true });
}
