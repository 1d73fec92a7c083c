/** What work is about (a topic), or what is done with it (a doing): how people name workflows. */
export interface Concept {
  readonly kind: 'topic' | 'doing';
  /** Alone, as a name. */
  readonly name: string;
  /** A topic before a doing, a doing after a topic: “Database reports”. */
  readonly joined: string;
  readonly words: RegExp;
}

export const VERSION_CONTROL = 'Version control';

/** The first that fits a token is its own. Words of a token are lower case, one blank apart (`wordsOf`). */
export const CONCEPTS: readonly Concept[] = [
  concept('doing', 'Reports', 'reports', /\b(reports?|dashboards?)\b/),
  concept('doing', 'Testing', 'tests', /\b(tests?|jest|vitest|pytest|playwright|cypress|junit|mocha|phpunit|rspec|ctest)\b/),
  concept('doing', 'Debugging', 'debugging', /\b(debug|debugger|gdb|lldb|breakpoints?)\b/),
  concept(
    'topic',
    'Database work',
    'Database',
    /\b(psql|mysql|sqlite3?|mongo(sh)?|redis|pg (dump|restore)|t? ?sql|db|databases?|postgres(ql)?|prisma|migrations?|migrate|clickhouse|flyway)\b/,
  ),
  concept('topic', 'Kubernetes', 'Kubernetes', /\b(kubectl|helm|k9s|kubernetes|k8s|minikube|kustomize|argocd)\b/),
  concept('topic', 'Infrastructure', 'Infrastructure', /\b(terraform|tofu|ansible|pulumi|gcloud|aws|az|vagrant|packer)\b/),
  concept('topic', 'Data science', 'Data science', /\b(jupyter|ipynb|notebooks?|dvc|conda|mlflow|rscript|kaggle)\b/),
  concept(
    'topic',
    'Security testing',
    'Security',
    /\b(nmap|msfconsole|msfdb|sqlmap|hydra|john|fcrackzip|hashcat|nikto|burp|metasploit|exploit)\b/,
  ),
  concept(
    'topic',
    'Web front end',
    'Web',
    /\b(css|scss|tsx|jsx|vue|svelte|html|vite|webpack|storybook|web|front ?end|npm run dev|npm run start)\b/,
  ),
  concept('topic', 'Documentation', 'Documentation', /\b(docs?|md|mdx|rst|readme|mkdocs|docusaurus|latex|tex)\b/),
  concept('topic', 'Containers', 'Container', /\b(docker|podman|compose|container|image)\b/),
  concept('doing', 'Builds', 'builds', /\b(build|make|cmake|ninja|gradle|gradlew|mvn|msbuild|tsc|webpack)\b/),
  concept('doing', VERSION_CONTROL, 'version control', /\b(git|tfs|tfvc|hg|svn|source control|team explorer|pending changes)\b/),
];

function concept(kind: Concept['kind'], name: string, joined: string, words: RegExp): Concept {
  return { kind, name, joined, words };
}

export const conceptOf = (token: string): Concept | undefined => CONCEPTS.find((c) => c.words.test(wordsOf(token)));

/** `TestExplorer.RunAllTests` → “test explorer run all tests”; `compose:shop/db` → “shop db”: the engine is not what the work is about. */
export function wordsOf(token: string): string {
  return token
    .replace(/^(command|editor|compose|docker|task|branch):/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}
