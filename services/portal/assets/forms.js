"use strict";
// What a page with forms does beyond itself where scripts run. Everything here has a way without: the buttons “Lưu nháp”, “Tính” and
// “Tải tệp lên”. Rules and sentences about the case are the server's; this only sends and shows.
(() => {
const saveAfter = 2000, reckonAfter = 400, again = 8000;
const bare = ["_csrf", "_seal", "_at", "_label", "do"];
const clock = at => new Date(at).toLocaleTimeString("vi-VN", {hour: "2-digit", minute: "2-digit"});
const element = (name, text, kind) => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (kind) made.className = kind;
  return made;
};
const pairs = form => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "do");
const typed = form => pairs(form).filter(([name]) => !bare.includes(name));
const copyKey = (official, address) => "nenep:" + official + ":" + address;
const keyOf = form => copyKey(form.dataset.keep, form.elements._at.value);

// The copy in this browser: of the signed-in official and of one form, and only while the server does not have it.
const copy = {
  put(form) { try { localStorage.setItem(keyOf(form), JSON.stringify({at: Date.now(), fields: typed(form)})); } catch { /* storage is full or forbidden: the server's draft remains */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* nothing is kept there */ } },
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  dropAll(official) { try { for (const key of Object.keys(localStorage)) if (key.startsWith(copyKey(official, ""))) localStorage.removeItem(key); } catch { /* nothing is kept there */ } },
};

function same(form, fields) {
  const plain = list => JSON.stringify(list.filter(([name]) => !["act_id", "seen", "file_id"].includes(name)));
  return plain(typed(form)) === plain(fields);
}

function fill(form, fields) {
  const values = new Map();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) || []), value]);
  for (const one of form.elements) {
    if (!one.name || bare.includes(one.name) || ["file", "submit", "button"].includes(one.type) || one.name === "file_id") continue;
    const kept = values.get(one.name);
    if (one.type === "radio" || one.type === "checkbox") one.checked = Boolean(kept && kept.includes(one.value));
    else if (kept) one.value = kept[0];
  }
  for (const id of values.get("file_id") || []) addFile(form, id);
}

function addFile(form, id) {
  if ([...form.querySelectorAll("input[name=file_id]")].some(one => one.value === id)) return;
  const one = element("input");
  Object.assign(one, {type: "hidden", name: "file_id", value: id});
  form.append(one);
}

function offer(form, found, saver) {
  const box = element("div", "", "banner info kept"), line = element("p", "Máy này còn nội dung nhập lúc " + clock(found.at) + " ngày " + new Date(found.at).toLocaleDateString("vi-VN", {day: "2-digit", month: "2-digit", year: "numeric"}) + ", chưa lưu được lên hệ thống.");
  const take = element("button", "Lấy lại nội dung", "second"), leave = element("button", "Bỏ", "second");
  take.type = leave.type = "button";
  take.addEventListener("click", () => { fill(form, found.fields); box.remove(); saver.changed(); });
  leave.addEventListener("click", () => { copy.drop(keyOf(form)); box.remove(); });
  const acts = element("p", "", "acts");
  acts.append(take, leave);
  box.append(line, acts);
  form.before(box);
}

function keep(form) {
  const line = form.querySelector("[data-saved]"), url = "/ban-nhap";
  let timer = 0, dirty = false, version = 0;
  const body = () => new URLSearchParams(pairs(form));
  const saver = {
    changed() {
      dirty = true; version++;
      copy.put(form);
      clearTimeout(timer);
      timer = setTimeout(saver.save, saveAfter);
    },
    async save() {
      if (!dirty || form.dataset.sent) return;
      const of = version;
      try {
        const answer = await fetch(url, {method: "POST", body: body(), headers: {Accept: "text/plain"}});
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        line.textContent = await answer.text();
        if (of === version) { dirty = false; copy.drop(keyOf(form)); }
      } catch {
        line.textContent = "Chưa lưu được lên hệ thống lúc " + clock(Date.now()) + ". Nội dung giữ ở máy này và tự lưu khi kết nối lại.";
      }
    },
    leave() { if (dirty && !form.dataset.sent) navigator.sendBeacon(url, body()); },
    stop() { clearTimeout(timer); copy.put(form); },
  };
  form.addEventListener("input", saver.changed);
  form.addEventListener("change", event => { if (event.target.type !== "file") saver.changed(); });
  addEventListener("online", saver.save);
  addEventListener("pagehide", saver.leave);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") saver.save(); });
  const found = copy.get(keyOf(form));
  if (found && same(form, found.fields)) copy.drop(keyOf(form));
  else if (found) offer(form, found, saver);
  return saver;
}

// Sending once: the buttons rest after the first press. What is pressed while a file is on its way is done when the file has arrived. The copy here goes when a page says that the form was taken.
function sendOnce(form, saver, files) {
  form.addEventListener("submit", event => {
    const by = event.submitter;
    if (form.dataset.sent) return event.preventDefault();
    if (files.busy()) { event.preventDefault(); return files.then(() => form.requestSubmit(by)); }
    form.dataset.sent = "1";
    saver.stop();
    if (!by || by.value === "act") sessionStorage.setItem("nenep-sent", keyOf(form));
    const buttons = [...form.querySelectorAll("button[type=submit]:not([disabled])")];
    const free = () => { delete form.dataset.sent; for (const one of buttons) one.disabled = false; };
    setTimeout(() => { for (const one of buttons) one.disabled = true; });
    setTimeout(free, again);
    addEventListener("pageshow", event => { if (event.persisted) free(); });
  });
}

function wasTaken() {
  const key = sessionStorage.getItem("nenep-sent");
  if (!key) return;
  sessionStorage.removeItem("nenep-sent");
  if (!document.querySelector("main .summary") && document.querySelector("main .banner.ok, main .banner.info:not(.draft)")) copy.drop(key);
}

async function answerOf(form, signal) {
  const body = new FormData();
  for (const [name, value] of pairs(form)) body.append(name, value);
  body.append("do", "reckon");
  const answer = await fetch(form.getAttribute("action"), {method: "POST", body, signal});
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function reckon(form) {
  const shown = form.querySelector("#tinh [role=status]");
  if (!shown) return;
  form.querySelector("#tinh button").hidden = true;
  let timer = 0, asked = new AbortController();
  form.addEventListener("input", event => {
    if (!event.target.classList.contains("figure")) return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      asked.abort();
      asked = new AbortController();
      try {
        const found = (await answerOf(form, asked.signal)).querySelector("#tinh [role=status]");
        if (found && found.textContent !== shown.textContent) shown.replaceChildren(...[...found.children].map(one => document.importNode(one, true)));
      } catch { /* the button of the form reckons when it is sent */ }
    }, reckonAfter);
  });
}

// left counts the letters of an answer in words as one types; the server counts again.
function left(form) {
  for (const area of form.querySelectorAll("textarea[data-most]")) {
    const line = document.getElementById("l-" + area.name), most = Number(area.dataset.most), told = n => n.toLocaleString("vi-VN");
    let timer = 0;
    area.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const rest = most - [...area.value].length;
        line.textContent = rest < 0 ? "Quá " + told(-rest) + " ký tự, tối đa " + told(most) : "Còn " + told(rest) + " ký tự";
        line.classList.toggle("over", rest < 0);
      }, reckonAfter);
    });
  }
}

const megabytes = bytes => (Math.ceil(bytes / (1 << 20) * 10) / 10).toLocaleString("vi-VN");

// Files go one after the other, each by itself: what is cut off is chosen or sent again, and the same content is the same file.
function files(form) {
  const input = form.querySelector("input[type=file]");
  if (!input) return {busy: () => false, then() {}};
  const field = input.closest(".field"), most = Number(input.dataset.most), list = element("ul", "", "uploads"), said = element("p", "", "hint");
  said.setAttribute("role", "status");
  list.setAttribute("aria-live", "polite");
  let queue = Promise.resolve(), running = 0, waiting = null;
  const zone = element("p", "Hoặc kéo tệp thả vào đây", "zone");
  input.after(zone, list, said);
  field.querySelector("button[value=upload]").hidden = true;
  const take = chosen => { for (const file of chosen) add(file); };
  input.addEventListener("change", () => { const chosen = [...input.files]; input.value = ""; take(chosen); });
  for (const name of ["dragenter", "dragover"]) field.addEventListener(name, event => { event.preventDefault(); zone.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) field.addEventListener(name, event => { event.preventDefault(); zone.classList.remove("over"); });
  field.addEventListener("drop", event => take(event.dataTransfer.files));

  function add(file) {
    const row = element("li"), bar = element("progress"), state = element("span", "", "hint");
    bar.max = 100; bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    row.append(element("span", file.name), " ", bar, " ", state);
    list.append(row);
    const fail = text => {
      bar.remove();
      state.className = "fault"; state.textContent = text; said.textContent = "";
    };
    if (most && file.size > most) return fail("Tệp “" + file.name + "” nặng " + megabytes(file.size) + " MB, quá mức " + megabytes(most) + " MB. Giảm dung lượng hoặc tách thành nhiều tệp.");
    running++;
    queue = queue.then(() => send(file, bar, state)).then(text => {
      running--;
      if (!text) {
        row.remove();
        said.textContent = "Đã tải lên “" + file.name + "”.";
        if (waiting && !running) waiting();
        return;
      }
      waiting = null;
      fail(text.said);
      if (!text.again) return;
      const retry = element("button", "Tải lại", "second");
      retry.type = "button";
      retry.addEventListener("click", () => { row.remove(); add(file); });
      row.append(" ", retry);
    });
  }

  function send(file, bar, state) {
    return new Promise(done => {
      const body = new FormData(), call = new XMLHttpRequest();
      for (const [name, value] of pairs(form)) body.append(name, value);
      body.append("do", "upload");
      body.append("files", file, file.name);
      let share = 0;
      call.upload.addEventListener("progress", event => {
        if (event.lengthComputable) share = Math.floor(event.loaded / event.total * 100);
        bar.value = share; state.textContent = share + "%";
      });
      const broken = () => done({again: true, said: "Đường truyền bị ngắt khi tải “" + file.name + "” được " + share + "%. Nội dung đã nhập vẫn còn; tải lại tệp này."});
      call.addEventListener("error", broken);
      call.addEventListener("abort", broken);
      call.addEventListener("load", () => {
        const page = new DOMParser().parseFromString(call.responseText, "text/html");
        const fault = page.querySelector("#e-files"), stored = page.querySelector("#tep-da-co");
        if (fault) return done({said: fault.textContent.replace("Lỗi: ", "")});
        if (call.status !== 200 || !page.querySelector("form[data-keep]")) return done({again: true, said: (page.querySelector("main .banner, main .lead, main .summary li") || {}).textContent || "Chưa tải được tệp. Thử lại sau ít phút."});
        const shown = document.querySelector("#tep-da-co");
        if (stored && shown) shown.replaceWith(document.importNode(stored, true));
        for (const one of page.querySelectorAll("form[data-keep] input[name=file_id]")) addFile(form, one.value);
        done(null);
      });
      call.open("POST", form.getAttribute("action"));
      call.send(body);
    });
  }
  return {busy: () => running > 0, then(does) { waiting = does; said.textContent = "Đang tải tệp lên; gửi ngay khi tải xong."; }};
}

wasTaken();
for (const form of document.querySelectorAll("form[data-keep]")) {
  const saver = keep(form);
  reckon(form);
  left(form);
  sendOnce(form, saver, files(form));
}
for (const form of document.querySelectorAll("form[action='/ban-nhap/bo']")) {
  form.addEventListener("submit", () => { for (const other of document.querySelectorAll("form[data-keep]")) copy.drop(keyOf(other)); });
}
const out = document.querySelector("form[action='/dang-xuat'][data-official]");
if (out) out.addEventListener("submit", () => copy.dropAll(out.dataset.official));
})();
