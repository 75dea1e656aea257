/** A text as HTML content or as the value of a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

export interface Page {
  readonly title: string;
  /** Finished HTML below the heading. */
  readonly body: string;
  /** What stands above the heading. */
  readonly kicker: string;
  /** One line below it, finished HTML. */
  readonly lead: string;
}

/** One page that needs nothing else: no script, no font, no address. What data say can't become markup, and could do nothing if it did. */
export function htmlPage({ title, body, kicker, lead }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${css}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><p class="kicker">${escapeHtml(kicker)}</p><h1>${escapeHtml(title)}</h1><p class="lead">${lead}</p></header>
<main id="content">
${body}
</main>
</body>
</html>
`;
}

/** `<section>` with its heading, named by it. */
export function section(id: string, heading: string, body: string): string {
  return `<section aria-labelledby="${id}"><h2 id="${id}">${escapeHtml(heading)}</h2>\n${body}\n</section>`;
}

const css = `
:root{--paper:#fbfaf7;--card:#fff;--ink:#1c2330;--soft:#545d6b;--line:#dfdcd4;--mark:#2563a8;--faint:#dbe7f4;--warm:#b3510c;--warm-faint:#f8e4d3;--good:#1c7a4a;--bad:#b42318}
@media (prefers-color-scheme:dark){:root{--paper:#14181f;--card:#1b212b;--ink:#e8eaee;--soft:#a7b0be;--line:#323b49;--mark:#79b0ee;--faint:#24364c;--warm:#f0a35e;--warm-faint:#43301f;--good:#63c792;--bad:#ff8d80}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;padding:0 clamp(1rem,4vw,2.5rem) 4rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
header,main{max-width:70rem;margin-inline:auto}
header{padding:2.5rem 0 1rem;border-bottom:1px solid var(--line)}
.kicker{margin:0;color:var(--soft);font-size:.8125rem;letter-spacing:.06em;text-transform:uppercase}
h1{margin:.2rem 0 .3rem;font-size:clamp(1.5rem,1.1rem + 2vw,2.25rem);line-height:1.2;letter-spacing:-.015em}
.lead{margin:0;color:var(--soft)}
h2{margin:2.75rem 0 .9rem;font-size:1.3125rem;letter-spacing:-.01em}
h3{margin:0;font-size:1rem}
p{margin:.5rem 0}
code{overflow-wrap:anywhere;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875em}
a{color:var(--mark)}
.skip{position:absolute;left:-100rem}.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.3rem .6rem}
.note{color:var(--soft);font-size:.875rem}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(max(9rem,20%),1fr));gap:1px;margin:0;background:var(--card);border:1px solid var(--line);border-radius:.6rem;overflow:hidden}
.facts div{outline:1px solid var(--line);padding:.75rem 1rem}
.facts+*{margin-top:1rem}
.facts dt{color:var(--soft);font-size:.8125rem}.facts dd{margin:.1rem 0 0;font-size:1.125rem;font-weight:600;font-variant-numeric:tabular-nums}
.facts dd small{display:block;font-size:.8125rem;font-weight:400;color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.1rem}
.card+.card{margin-top:1rem}
.grid{columns:3 19rem;column-gap:1rem}
.grid .card{display:inline-block;width:100%;margin:0 0 1rem;break-inside:avoid}
.head{display:flex;justify-content:space-between;gap:.75rem;align-items:baseline;margin-bottom:.6rem}
.head .note{text-align:right;flex:none}
table{width:100%;border-collapse:collapse;font-size:.9375rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);font-size:.875rem;padding-bottom:.4rem}
th{font-weight:600;font-size:.8125rem;color:var(--soft);text-align:left;vertical-align:bottom}
th[scope=row]{color:var(--ink);font-size:inherit}
th,td{padding:.42rem .6rem;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
tbody tr:last-child>*{border-bottom:0}
.n{text-align:right;white-space:nowrap}
.bar{display:block;height:.55rem;border-radius:.2rem;background:var(--mark);min-width:1px}
td.bars{width:26%}.card+.grid{margin-top:1rem}.key:first-child{margin-left:0}
.none{color:var(--soft)}
.badge{display:inline-block;padding:.05rem .5rem;border-radius:1rem;font-size:.8125rem;font-weight:600;border:1px solid currentColor;white-space:nowrap}
.good{color:var(--good)}.warm{color:var(--warm)}.bad{color:var(--bad)}
ul.verdict{margin:0;padding-left:1.2rem}ul.verdict li{margin:.25rem 0}ul.verdict li:first-child{font-weight:600}
figure{margin:0}
figcaption{display:flex;justify-content:space-between;gap:.1rem 1rem;flex-wrap:wrap;font-weight:600;margin-bottom:.8rem}.grid figcaption{font-size:.875rem;font-weight:400;color:var(--soft)}
figcaption .note{font-weight:400}
figure+figure{margin-top:1.5rem}
.plot{display:grid;grid-template-columns:3.6rem 1fr;column-gap:.5rem}
.plot .ys{position:relative}.plot .ys span{position:absolute;right:0;transform:translateY(-50%);font-size:.75rem;color:var(--soft);white-space:nowrap}
.plot svg{grid-column:2}
.plot .xs{grid-column:2}
svg{display:block;width:100%;overflow:visible}
.xs{display:flex;justify-content:space-between;gap:.5rem;font-size:.75rem;color:var(--soft);margin-top:.25rem;font-variant-numeric:tabular-nums}
.rule{stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke}
.trace{fill:none;stroke:var(--mark);stroke-width:1.6;stroke-linejoin:round;vector-effect:non-scaling-stroke}
.area{fill:var(--faint)}.fill{fill:var(--mark)}.fill-b{fill:var(--warm)}.base{fill:var(--faint)}.heat{fill:var(--warm)}
.key{display:inline-flex;align-items:center;gap:.35rem;margin-left:.9rem}.key i{width:.7rem;height:.7rem;border-radius:.15rem;background:var(--mark)}.key.b i{background:var(--warm)}
.figures{display:grid;grid-template-columns:repeat(3,1fr);gap:.3rem .75rem;margin:.8rem 0 0;font-size:.875rem;font-variant-numeric:tabular-nums}
.figures dt{color:var(--soft);font-size:.75rem}.figures dd{margin:0}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.875rem}
@media (max-width:44rem){
.stack thead{position:absolute;clip-path:inset(50%);height:1px;width:1px;overflow:hidden}
.stack tr{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:.1rem 1rem;padding:.7rem 0;border-bottom:1px solid var(--line)}
.stack tbody tr:last-child{border-bottom:0}
.stack th,.stack td{display:block;border:0;padding:0;text-align:left;white-space:normal}
.stack th[scope=row],.stack .wide{grid-column:1/-1}
.stack td[data-label]::before{content:attr(data-label);display:block;color:var(--soft);font-size:.75rem}
.plot{grid-template-columns:2.9rem 1fr}
}
@media print{
:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--mark:#2563a8;--faint:#dbe7f4;--warm:#b3510c;--warm-faint:#f8e4d3;--good:#1c7a4a;--bad:#b42318}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{padding:0;font-size:10pt}h2{break-after:avoid}figure,tr,.card{break-inside:avoid}.skip{display:none}
}
`.trim().replaceAll('\n', '');
