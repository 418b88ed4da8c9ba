"use strict";
/* What the verifier page checks; says the same as the program beside it in a package. Nothing here touches the page. */
const NOTHING = "0".repeat(64), MANIFEST = "manifest.json", SIGNATURE = "manifest.sig", MARK = "\n%chahe-evidence ";
const FORMAT = "{{ format }}", ID_DIGITS = Number("{{ digits }}"), KEY = "簽章金鑰";
const SEALED = "inspection,key,public,root,seq,sha256,signature", SEAL = "key,public,sha256,signature";
const RECEIPT = "chain,inspection,key,kind,received_at,seq,sha256,signature";
const CAME = { "photo.received": "photo", "inspection.submitted": "submission", "inspection.amended": "submission" };
const GONE = ["photo.cleared", "photo.erased"], FOLDERS = { photos: "photo", submissions: "submission" };
const KINDS = { photo: "照片", submission: "送件" };

const bytes = (text) => new TextEncoder().encode(text);
const hex = (data) => Array.from(new Uint8Array(data), (byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (data) => hex(await crypto.subtle.digest("SHA-256", data));
class Wrong extends Error {}
const fail = (why) => { throw new Wrong(why); };
const local = (text) => new Date(text).toLocaleString("zh-TW", { timeZone: "Asia/Taipei", hour12: false });
const names = (value) => Object.keys(value).sort().join();

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

function decoded(text) {
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]+$/.test(text)) fail("簽章或金鑰不是有效的 base64url");
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  if (btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "") !== text) fail("簽章或金鑰的寫法被更動");
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/* A signature as WebCrypto takes it (r and s, 32 bytes each), from DER written the one right way. */
function plainSignature(der) {
  const out = new Uint8Array(64);
  let at = 2;
  if (der[0] !== 0x30 || der[1] !== der.length - 2) fail("簽章不符");
  for (const end of [32, 64]) {
    const size = der[at + 1], number = der.subarray(at + 2, at + 2 + size);
    const padded = number[0] === 0 && size > 1;
    if (der[at] !== 2 || number.length !== size || !size || number[0] > 127 || (padded && number[1] < 128)) fail("簽章不符");
    const trimmed = padded ? number.subarray(1) : number;
    if (trimmed.length > 32) fail("簽章不符");
    out.set(trimmed, end - trimmed.length);
    at += 2 + size;
  }
  return at === der.length ? out : fail("簽章不符");
}

async function checkSignature(publicKey, signature, data) {
  const how = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  let key;
  try { key = await crypto.subtle.importKey("spki", decoded(publicKey), how, false, ["verify"]); } catch { fail("金鑰無法讀取"); }
  if (!await crypto.subtle.verify(how, key, plainSignature(decoded(signature)), data)) fail("簽章不符");
}

const fingerprint = async (publicKey) => (await sha256(decoded(publicKey))).slice(0, ID_DIGITS);

async function checkStatement(statement, keys) {
  const { signature, ...said } = statement;
  if (!keys.has(said.key)) fail(`不是以已知的金鑰簽的（${said.key}）`);
  await checkSignature(keys.get(said.key), signature, bytes(canonical(said)));
}

function readObject(data, why) {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data));
    if (value && typeof value === "object" && !Array.isArray(value)) return value;
  } catch { /* told below */ }
  return fail(why);
}

function lastMark(data) {
  const mark = bytes(MARK);
  for (let at = data.length - mark.length; at >= 0; at -= 1) {
    if (mark.every((byte, place) => data[at + place] === byte)) return at;
  }
  return fail("沒有簽章列，或簽章列被更動");
}

/* What the seal of a PDF says; an error where one byte is another. */
async function paper(data) {
  const at = lastMark(data), line = data.subarray(at + MARK.length);
  const changed = "簽章列被更動，或其後被加了內容", said = readObject(line, changed);
  if (hex(bytes(`${canonical(said)}\n`)) !== hex(line) || names(said) !== SEALED) fail(changed);
  if (await sha256(data.subarray(0, at + 1)) !== said.sha256) fail("內容被更動");
  if (await fingerprint(said.public) !== said.key) fail("簽章列的金鑰被更動");
  await checkStatement(said, new Map([[said.key, said.public]]));
  return said;
}

const add = (report, name, verdict, why = "") => report.findings.push({ name, verdict, why });
const read = async (file) => new Uint8Array(await file.arrayBuffer());

/* A statement that the verdicts rest on: which key signed it, of which inspection, at which root. */
function rest(report, key, publicKey, inspection, seq, root) {
  report.keys.set(key, publicKey);
  if (inspection) report.inspections.add(inspection);
  if (root) report.roots.add(`${root}（第 ${seq} 環）`);
}

async function seal(data) {
  const changed = "簽章檔被更動", said = readObject(data, changed);
  if (hex(bytes(`${canonical(said)}\n`)) !== hex(data) || names(said) !== SEAL) fail(changed);
  if (await fingerprint(said.public) !== said.key) fail(changed);
  return said;
}

async function manifestOf(files, report) {
  for (const name of [MANIFEST, SIGNATURE]) {
    if (!files.has(name)) { add(report, name, "missing", "沒有它無法核對其他檔案"); return null; }
  }
  const data = await read(files.get(MANIFEST));
  let sealed;
  try { sealed = await seal(await read(files.get(SIGNATURE))); } catch (error) { add(report, SIGNATURE, "altered", error.message); return null; }
  const same = await sha256(data) === sealed.sha256;
  try { await checkSignature(sealed.public, sealed.signature, data); } catch (error) {
    add(report, same ? SIGNATURE : MANIFEST, "altered", error.message);
    return null;
  }
  if (!same) { add(report, SIGNATURE, "altered", "所載的 SHA-256 不符"); return null; }
  rest(report, sealed.key, sealed.public);
  add(report, MANIFEST, "original");
  add(report, SIGNATURE, "original");
  return readObject(data, "清單無法讀取");
}

/* The receipt in a JSON file: by itself, or in the answer in which it came; null when there is none. */
function receiptIn(data) {
  try {
    const said = readObject(data, ""), receipt = said.receipt ?? said;
    return names(receipt) === RECEIPT ? receipt : null;
  } catch { return null; }
}

/* What no manifest lists: papers and receipts speak for themselves, and a receipt for what it is about. */
async function judgeHeld(report, name, file) {
  const data = await read(file), receipt = receiptIn(data);
  if (receipt) await judgeReceipt(report, name, receipt);
  else if (name.toLowerCase().endsWith(".pdf")) await judgePaper(report, name, data);
  else if (report.manifest) add(report, name, "added", "不是這份證據的一部分");
  else if (report.receipted.has(await sha256(data))) add(report, name, "original", "與收據所載的相同");
  else add(report, name, "unknown", "沒有可信的清單，無從核對");
}

/* The public halves known to this page, and those that the manifest lists. */
const knownKeys = (report) => new Map([...[...report.city].map(([id, each]) => [id, each.public]), ...report.listed]);
const foreign = (report, said) => report.manifest && said.inspection !== report.manifest.inspection;

async function judgePaper(report, name, data) {
  try {
    const said = await paper(data);
    if (foreign(report, said)) { add(report, name, "added", "是另一件查核的文件"); return; }
    if (report.manifest) {
      if (knownKeys(report).get(said.key) !== said.public) fail(`不是以已知的金鑰簽的（${said.key}）`);
      checkRoot(report, said);
    }
    rest(report, said.key, said.public, said.inspection, said.seq, said.root);
    add(report, name, "original");
  } catch (error) { add(report, name, "altered", error.message); }
}

async function judgeReceipt(report, name, receipt) {
  const keys = knownKeys(report);
  if (foreign(report, receipt)) { add(report, name, "added", "是另一件查核的收據"); return; }
  if (!report.manifest && !keys.has(receipt.key)) { add(report, name, "unknown", `簽它的金鑰 ${receipt.key} 不是已知的金鑰，無從核對`); return; }
  try {
    await checkReceipt(report, receipt, keys);
    rest(report, receipt.key, keys.get(receipt.key), receipt.inspection);
    report.receipted.add(receipt.sha256);
    add(report, name, "original", `${KINDS[receipt.kind] ?? receipt.kind} ${receipt.sha256.slice(0, 16)}…，${local(receipt.received_at)} 收到（第 ${receipt.seq} 環）`);
  } catch (error) { add(report, name, "altered", error.message); }
}

/* An error unless the receipt is signed and, where there is a chain, what it says lies on it. */
async function checkReceipt(report, receipt, keys) {
  await checkStatement(receipt, keys);
  if (!report.manifest) return;
  const event = report.links.get(receipt.seq);
  if (!event || event.hash !== receipt.chain) fail("不在這條證據鏈上");
  if ((event.detail.sha256 ?? receipt.sha256) !== receipt.sha256) fail("與證據鏈所載的內容不同");
}

function checkRoot(report, said) {
  if (report.links.get(said.seq)?.hash !== said.root) fail("所載的證據鏈根不在這條鏈上");
}

async function checkChain(report, manifest) {
  let previous = NOTHING, place = 0;
  for (const event of manifest.events) {
    place += 1;
    const said = JSON.parse(event.text);
    const holds = said.previous === previous && said.seq === place && await sha256(bytes(event.text)) === event.hash;
    if (!holds) add(report, `證據鏈第 ${place} 環`, "altered", `${said.action} 與前後不相連`);
    previous = event.hash;
    report.links.set(place, { ...said, hash: previous, holds });
  }
  if (report.links.size !== manifest.root.seq || previous !== manifest.root.hash) add(report, "證據鏈", "altered", "最後一環不是所載的根");
  report.inspections.add(manifest.inspection);
  report.roots.add(`${manifest.root.hash}（第 ${manifest.root.seq} 環）`);
}

async function checkReceipts(report, manifest) {
  for (const each of manifest.keys) if (await fingerprint(each.public) === each.id) report.listed.set(each.id, each.public);
  for (const receipt of manifest.receipts) {
    try { await checkReceipt(report, receipt, report.listed); } catch (error) { add(report, `收據（第 ${receipt.seq} 環）`, "altered", error.message); }
  }
}

/* What came is listed or told absent, unless it was cleared since; returns the listed names of what never came. */
function checkCame(report, manifest) {
  const came = new Set(), due = new Map();
  for (const [place, event] of report.links) {
    const digest = event.detail.sha256, what = `${CAME[event.action]} ${digest}`;
    if (GONE.includes(event.action)) due.delete(`photo ${digest}`);
    else if (event.action in CAME && digest) { came.add(what); due.set(what, place); }
  }
  const files = manifest.files.map((each) => [each.name, FOLDERS[each.name.split("/")[0]], each.sha256]);
  for (const [kind, digest] of [...files.map((each) => each.slice(1)), ...manifest.absent.map((each) => [each.kind, each.sha256])]) due.delete(`${kind} ${digest}`);
  for (const [what, place] of due) {
    const [kind, digest] = what.split(" ");
    add(report, `${KINDS[kind]} ${digest}（第 ${place} 環）`, "missing", "證據鏈載有它，清單沒有");
  }
  return new Set(files.filter(([, kind, digest]) => kind && !came.has(`${kind} ${digest}`)).map(([name]) => name));
}

async function checkFiles(report, manifest, files, beside) {
  const strange = checkCame(report, manifest);
  const listed = new Map(manifest.files.map((each) => [each.name, each.sha256])), found = new Map();
  for (const [name, file] of files) {
    if (name !== MANIFEST && name !== SIGNATURE) found.set(name, await sha256(await read(file)));
  }
  const gone = new Map([...listed].filter(([name]) => !found.has(name)).map(([name, digest]) => [digest, name]));
  const moved = new Map([...found].filter(([name, digest]) => !listed.has(name) && gone.has(digest)).map(([name, digest]) => [gone.get(digest), name]));
  for (const [name, digest] of listed) {
    if (moved.has(name)) add(report, moved.get(name), "renamed", `內容是原件的 ${name}`);
    else if (!found.has(name)) add(report, name, "missing");
    else if (found.get(name) !== digest) add(report, name, "altered", "內容被更動");
    else if (strange.has(name)) add(report, name, "added", "不在鏈上");
    else await checkListed(report, name, files.get(name));
  }
  const told = new Set(moved.values());
  for (const name of found.keys()) {
    if (listed.has(name) || told.has(name)) continue;
    if (beside.has(name)) await judgeHeld(report, name, files.get(name));
    else add(report, name, "added", "不是這份證據的一部分");
  }
}

async function checkListed(report, name, file) {
  if (name.endsWith(".pdf")) {
    try { checkRoot(report, await paper(await read(file))); } catch (error) { add(report, name, "altered", error.message); return; }
  }
  add(report, name, "original");
}

/* A key that is not the city's, or no longer, makes nothing certain: anybody can sign with a key of his own. */
function checkKeys(report) {
  for (const [id, publicKey] of report.keys) {
    const known = report.city.get(id);
    if (known?.public !== publicKey) add(report, KEY, "unknown", `${id} 不是本頁已知的機關金鑰`);
    else if (known.withdrawn_at) add(report, KEY, "unknown", `${id} 已由機關自 ${local(known.withdrawn_at)} 起撤銷`);
  }
}

async function checkPackage(report, files, beside) {
  const manifest = report.manifest;
  try {
    if (manifest.format !== FORMAT) add(report, MANIFEST, "unknown", `格式是 ${manifest.format}，請用新版的核對程式`);
    await checkChain(report, manifest);
    await checkReceipts(report, manifest);
    await checkFiles(report, manifest, files, beside);
  } catch { add(report, MANIFEST, "altered", "清單的寫法不是本系統的"); }
}

/* `files` by name, of which `beside` lie outside the package; `city`: the keys known to this page, by id. */
async function verify({ files, beside, packed }, city) {
  const report = {
    findings: [], city, manifest: null, links: new Map(), listed: new Map(), receipted: new Set(),
    keys: new Map(), inspections: new Set(), roots: new Set(),
  };
  report.manifest = packed ? await manifestOf(files, report) : null;
  if (report.manifest) await checkPackage(report, files, beside);
  else for (const [name, file] of receiptsFirst(files)) await judgeHeld(report, name, file);
  checkKeys(report);
  return report;
}

const receiptsFirst = (files) => [...files].filter(([name]) => name !== MANIFEST && name !== SIGNATURE)
  .sort(([one], [other]) => other.toLowerCase().endsWith(".json") - one.toLowerCase().endsWith(".json"));

/* The folder of the package, from the names given, with its last `/`; "" when they were picked one by one. */
function folderOf(given) {
  for (const wanted of [MANIFEST, SIGNATURE]) {
    const found = given.filter((name) => name.split("/").pop() === wanted).sort((a, b) => a.length - b.length);
    if (found.length) return found[0].slice(0, -wanted.length);
  }
  const inner = given.find((name) => name.includes("/"));
  return inner ? inner.slice(0, inner.indexOf("/") + 1) : "";
}

async function listedNames(manifest) {
  try { return JSON.parse(await manifest.text()).files.map((each) => each.name); } catch { return []; }
}

/* No file hides another of its name: the second is numbered. */
function free(files, name) {
  let told = name;
  for (let number = 2; files.has(told); number += 1) told = name.replace(/(\.[^./]*)?$/, ` (${number})$1`);
  return told;
}

/* What was given, by the names that the manifest has: below its folder, or by their last name when picked loose. */
async function apart(given) {
  const all = given.map(([name, file]) => [name.replaceAll("\\", "/"), file]), folder = folderOf(all.map(([name]) => name));
  const manifest = all.find(([name]) => name === folder + MANIFEST);
  const whole = folder || !manifest ? new Map() : new Map((await listedNames(manifest[1])).map((name) => [name.split("/").pop(), name]));
  const files = new Map(), beside = new Set();
  for (const inside of [true, false]) for (const [name, file] of all) {
    if ((name.startsWith(folder)) !== inside) continue;
    const short = inside ? name.slice(folder.length) : name, listed = whole.get(short);
    const told = free(files, listed && !files.has(listed) ? listed : short);
    files.set(told, file);
    if (!inside || (!folder && !name.includes("/"))) beside.add(told);
  }
  return { files, beside, packed: folder !== "" || files.has(MANIFEST) || files.has(SIGNATURE) };
}
