/* What the verifier page shows, and how files come to it. */
const WORDS = {
  original: "✓ 是原件 Original", altered: "✗ 不是原件 Altered", missing: "✗ 缺少 Missing",
  added: "✗ 不在清單 Added", renamed: "✗ 已改名 Renamed", unknown: "？ 無法判斷 Unknown",
};
const ACTIONS = {
  "inspection.planned": "排定查核", "inspection.replanned": "更改排定", "inspection.declared": "迴避聲明",
  "inspection.cancelled": "取消查核", "inspection.started": "開始查核", "inspection.submitted": "送出查核結果",
  "inspection.amended": "更正送件", "inspection.waived": "照片免補", "inspection.waived_arrived": "補收已免補的照片",
  "inspection.completed": "照片全部收到", "inspection.tested": "登錄試驗結果", "inspection.issued": "發文", "inspection.late_explained": "補填發文超過七天之原因",
  "inspection.sent_on": "補送文件", "inspection.closed": "結案", "photo.received": "收到照片",
  "inspection.exported": "匯出證據包", "photo.cleared": "清除未引用的照片", "photo.erased": "依規定清除照片", "defect.answered": "缺失回復",
  "defect.under_review": "機關審查完妥", "defect.corrected": "缺失改善完成", "defect.issued": "退回改善或展延",
};
const CITY = new Map(JSON.parse(document.querySelector("meta[name=city-keys]").content).map((each) => [each.id, each]));

const at = (id) => document.getElementById(id);
function put(parent, tag, text, kind) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  parent.append(made);
  return made;
}
const tone = (verdict) => ({ original: "original", unknown: "unknown" })[verdict] ?? "bad";

const few = (found) => {
  const told = [...new Set(found.map((each) => each.name))];
  return `${told.slice(0, 5).join("、")}${told.length > 5 ? "……" : ""}`;
};

/* [tone, words]: all original by a known key, all equal but by another key, or not original. */
function conclusion(report) {
  const unsure = report.findings.filter((each) => each.verdict === "unknown");
  const wrong = report.findings.filter((each) => tone(each.verdict) === "bad");
  if (wrong.length) return ["bad", `✗ ${wrong.length} 項不是原件：${few(wrong)}${unsure.length ? `；另有 ${unsure.length} 項無法判斷` : ""}。 Not original.`];
  if (!unsure.length) return ["original", `✓ 全部是原件（${report.findings.length} 項）。 All original.`];
  if (unsure.some((each) => each.name !== KEY)) return ["unknown", `？ ${unsure.length} 項無法判斷：${few(unsure)}。 Cannot be told.`];
  const withdrawn = [...report.keys.keys()].some((id) => CITY.get(id)?.withdrawn_at);
  return ["unknown", withdrawn
    ? "？ 內容與簽章相符，但簽章金鑰已由機關撤銷；請以手上的收據、紙本或機關公告核對。 Equal to what was signed, but the key has been withdrawn."
    : "？ 內容與簽章相符，但簽章金鑰不是已知的機關金鑰；請把代號與紙本頁尾或機關公告核對。 Equal to what was signed, but the key is not known to this page."];
}

/* A page opened as a file may have come with the package: then so did the keys built into it. */
function caution(report, how) {
  const ids = [...report.keys.keys()].join("、");
  if (how === "bad" || !ids) return "";
  if (how === "original" && location.protocol !== "file:") return "";
  const from = location.protocol === "file:" ? "本頁是存下來的檔案；若是隨證據包拿到的，內建的金鑰也是。" : "";
  return `${from}請核對金鑰代號 ${ids}：與紙本頁尾或機關公告所載的相同，才是機關簽的。 Compare the key with a paper or the authority's announcement.`;
}

function show(report) {
  const [how, words] = conclusion(report);
  at("conclusion").className = how;
  at("conclusion").textContent = words;
  at("caution").textContent = caution(report, how);
  at("list").replaceChildren();
  const order = { bad: 0, unknown: 1, original: 2 };
  for (const each of [...report.findings].sort((one, other) => order[tone(one.verdict)] - order[tone(other.verdict)])) {
    const line = put(at("list"), "li", "", tone(each.verdict));
    put(line, "span", WORDS[each.verdict], "verdict");
    put(line, "span", ` ${each.name}${each.why ? `：${each.why}` : ""}`);
  }
  showFacts(report);
  showChain(report);
  at("result").hidden = at("more-label").hidden = false;
}

function keyWords(id, publicKey) {
  const known = CITY.get(id);
  if (known?.public !== publicKey) return `${id}，不是本頁內建的金鑰（not a key built into this page）`;
  if (known.withdrawn_at) return `${id}，機關已撤銷（withdrawn）`;
  return `${id}，與本頁內建的機關金鑰相同（same as the key built into this page）`;
}

function showFacts(report) {
  const facts = at("facts"), manifest = report.manifest;
  facts.replaceChildren();
  const tell = (label, value) => { if (value) { put(facts, "dt", label); put(facts, "dd", value); } };
  tell("簽章金鑰 Key", [...report.keys].map((each) => keyWords(...each)).join("；"));
  tell("證據鏈根 Root", [...report.roots].join("；"));
  tell("標案 Tender", manifest?.tender && `${manifest.tender.number}　${manifest.tender.name}`);
  tell("查核 Inspection", [...report.inspections].join("；"));
  tell("證據包作成時間 Made at", manifest && local(manifest.made_at));
  tell("未納入 Not included", manifest?.absent?.map((each) => `${each.sha256.slice(0, 16)}…：${each.reason}`).join("；"));
}

function showChain(report) {
  at("chain-part").hidden = !report.links.size;
  at("chain").replaceChildren();
  for (const [place, event] of report.links) {
    const line = put(at("chain"), "li", "", event.holds ? "original" : "bad");
    put(line, "span", `${event.holds ? "✓" : "✗"} ${place}. ${ACTIONS[event.action] ?? event.action}`, "verdict");
    put(line, "span", ` ${event.actor.name}，${local(event.at)}`);
    put(line, "br", "");
    put(line, "code", event.hash);
  }
}

let given = [];
async function begin(files) {
  if (!files.length) return;
  given = files;
  at("result").hidden = true;
  at("conclusion").className = at("caution").textContent = "";
  if (!globalThis.crypto?.subtle) { at("conclusion").textContent = "這個瀏覽器不能在這裡計算；請把本頁存成檔案後開啟，或改用 https。 Save this page and open the file."; return; }
  at("conclusion").textContent = `核對中：${given.length} 個檔案…… Checking…`;
  show(await verify(await apart(given), CITY));
}

const relative = (file) => [file.webkitRelativePath || file.name, file];
const pick = (id, before) => at(id).addEventListener("change", (event) => {
  begin([...before(), ...Array.from(event.target.files, relative)]);
  event.target.value = "";
});
pick("folder", () => []);
pick("files", () => []);
pick("more", () => given);

async function walk(handle, path, found) {
  if (handle.kind === "file") found.push([path, await handle.getFile()]);
  else for await (const [name, inner] of handle.entries()) await walk(inner, `${path}/${name}`, found);
}

const drop = at("drop");
for (const name of ["dragover", "dragleave", "drop"]) drop.addEventListener(name, (event) => {
  event.preventDefault();
  drop.classList.toggle("over", name === "dragover");
});
drop.addEventListener("drop", async (event) => {
  const plain = Array.from(event.dataTransfer.files, relative), found = [];
  try {
    const handles = Array.from(event.dataTransfer.items, (item) => item.getAsFileSystemHandle());
    for (const handle of await Promise.all(handles)) await walk(handle, handle.name, found);
    begin(found);
  } catch {
    if (plain.some(([, file]) => !file.size && !file.type)) at("conclusion").textContent = "這個瀏覽器不能拖放資料夾；請按「選資料夾」。 Use the Folder button.";
    else begin(plain);
  }
});
