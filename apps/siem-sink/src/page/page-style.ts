/** The page's looks. Nothing is loaded from anywhere: the page works without a network. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; --line: #8884; --bad: #c0392b; --good: #2e8b57; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem 1.5rem 4rem; }
h1 { font-size: 1.3rem; margin: 0 0 .25rem; }
p { margin: .25rem 0 1rem; max-width: 60rem; }
code, pre, .number { font-family: ui-monospace, Consolas, monospace; }
#counts { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0 0 1rem; padding: 0; list-style: none; }
#counts li { border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .8rem; min-width: 6.5rem; }
#counts .number { display: block; font-size: 1.25rem; }
#modes { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: 0 0 1rem; }
button { font: inherit; padding: .3rem .8rem; border: 1px solid var(--line); border-radius: .4rem; cursor: pointer; }
button[aria-pressed='true'] { background: var(--bad); color: #fff; }
button.mends[aria-pressed='true'] { background: var(--good); }
#clear { margin-left: auto; }
#trouble { color: var(--bad); min-height: 1.45em; margin: 0; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
th { border-top: 0; font-weight: 600; }
tr.repeated { opacity: .6; }
.mark { color: var(--bad); }
pre { margin: .4rem 0; max-height: 24rem; overflow: auto; white-space: pre-wrap; font-size: .8rem; }
`;
