// Puts newer parts of the page in place of older ones, counts ages in seconds, filters, and moves between the cards
// with the arrow keys. All text comes escaped from the agent.
"use strict";

const root = document.documentElement;
const board = document.getElementById("board");
const live = document.getElementById("live");
const filter = document.getElementById("filter");
const shown = new Map();

root.classList.add("live");
for (const part of board.children)
    shown.set(part.id, part.outerHTML);
refresh(null);
listen();
setInterval(showAges, 1000);

function listen() {
    const news = new EventSource("news");
    news.addEventListener("board", event => {
        show(event.data);
        tell();
    });
    news.addEventListener("alive", tell);
    news.onerror = () => {
        live.classList.add("lost");
        live.textContent = live.textContent.replace(/^live, /, "no connection to the agent, ");
        // The browser tries again itself, unless the agent has answered with an error.
        if (news.readyState === EventSource.CLOSED)
            setTimeout(listen, 5000);
    };
}

function tell() {
    live.classList.remove("lost");
    live.textContent = "live, as of " + momentOf(new Date());
}

// Replaces only what has changed, so that the rest keeps its focus and its place.
function show(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const focused = document.activeElement?.closest?.("[id]")?.id;
    const open = new Set([...board.querySelectorAll("details[open]")].map(one => one.id));
    const ids = new Set();
    let before = null;
    for (const part of [...template.content.children]) {
        ids.add(part.id);
        const old = document.getElementById(part.id);
        if (old && shown.get(part.id) === part.outerHTML) {
            before = old;
            continue;
        }
        shown.set(part.id, part.outerHTML);
        for (const details of part.querySelectorAll("details"))
            details.open = open.has(details.id);
        if (old)
            old.replaceWith(part);
        else if (before)
            before.after(part);
        else
            board.prepend(part);
        before = part;
    }
    for (const part of [...board.children]) {
        if (!ids.has(part.id)) {
            shown.delete(part.id);
            part.remove();
        }
    }
    const isLost = focused && !document.activeElement?.closest?.("[id]");
    const target = isLost ? document.getElementById(focused) : null;
    refresh(target);
    target?.focus({ preventScroll: true });
}

// target: what is about to get the focus; null to leave it.
function refresh(target) {
    document.title = document.getElementById("summary").dataset.title;
    for (const time of document.querySelectorAll("main time:not(.age)"))
        time.textContent = momentOf(new Date(time.dateTime));
    for (const text of document.querySelectorAll("text[data-time]"))
        text.textContent = new Date(text.dataset.time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const all = cards();
    const chosen = all.find(card => card === (target ?? document.activeElement)) ?? all[0];
    for (const card of all)
        card.tabIndex = card === chosen ? 0 : -1;
    showAges();
    applyFilter();
}

function momentOf(date) {
    const day = date.toDateString() === new Date().toDateString() ? "" : date.toLocaleDateString() + " ";
    return day + date.toLocaleTimeString([], { hourCycle: "h23" });
}

function showAges() {
    for (const time of document.querySelectorAll("time.age")) {
        const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time.dateTime)) / 1000));
        const text = seconds >= 2 * 86400 ? Math.floor(seconds / 86400) + " d"
            : seconds >= 2 * 3600 ? Math.floor(seconds / 3600) + " h"
            : seconds >= 120 ? Math.floor(seconds / 60) + " m"
            : seconds + " s";
        if (time.textContent !== text)
            time.textContent = text;
    }
}

function applyFilter() {
    const wanted = filter.value.trim().toLowerCase();
    for (const row of board.querySelectorAll("tbody tr, .lanes li:not(.axis)"))
        row.hidden = wanted !== "" && !(row.textContent + " " + [...row.querySelectorAll("[title]")].map(one => one.title)).toLowerCase().includes(wanted);
}

function cards() {
    return [...board.querySelectorAll(".checkouts tbody tr")];
}

filter.addEventListener("input", applyFilter);

document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey)
        return;
    if (event.key === "/" && document.activeElement !== filter) {
        event.preventDefault();
        filter.focus();
    } else if (event.key === "Escape" && document.activeElement === filter) {
        filter.value = "";
        applyFilter();
        filter.blur();
    } else if (document.activeElement?.matches(".checkouts tbody tr")) {
        moveOn(event);
    }
});

function moveOn(event) {
    const card = document.activeElement;
    const all = cards().filter(one => !one.hidden);
    const at = all.indexOf(card);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    let next = step === undefined ? undefined : all[at + step];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        // The card in the same column of the next row.
        const here = card.getBoundingClientRect();
        const isBelow = event.key === "ArrowDown";
        const others = all.filter(one => {
            const there = one.getBoundingClientRect();
            return Math.abs(there.left - here.left) < here.width / 2 && (isBelow ? there.top > here.top : there.top < here.top);
        });
        next = isBelow ? others[0] : others[others.length - 1];
    } else if (event.key === "Home" || event.key === "End") {
        next = all[event.key === "Home" ? 0 : all.length - 1];
    } else if (event.key === "Enter") {
        card.querySelector("a[href]")?.click();
        return;
    }
    if (!next)
        return;
    event.preventDefault();
    card.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
}
