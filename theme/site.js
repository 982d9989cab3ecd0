// What the pages do beyond plain HTML. Without it everything is there to read, and every link works.
"use strict";

{
    // mdBook's switch of the sidebar is a label, which neither keys nor screen readers reach.
    const toggle = document.getElementById("mdbook-sidebar-toggle");
    toggle.setAttribute("role", "button");
    toggle.tabIndex = 0;
    toggle.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            toggle.click();
        }
    });

    // What is wider than the page scrolls in its own box: arrow keys have to reach it too.
    const scrollers = document.querySelectorAll(".table-wrapper, .diagram, pre > code");
    const reach = () => {
        for (const box of scrollers) {
            if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
            else box.removeAttribute("tabindex");
        }
    };
    reach();
    addEventListener("resize", reach);
}
