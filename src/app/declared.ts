import type { Fault, Overlay, Resource, ResourceId } from '../domain/index.ts';
import { withoutCycles } from '../plan/dependencies.ts';
import type { EngineEvent, Provider } from '../provision/provider.ts';
import type { NormaliseContext } from '../sense/normalise.ts';
import { connectionOf } from '../sense/scan/environment.ts';
import { isManifestFile } from '../sense/scan/kubernetes.ts';
import { EMPTY_SCAN, type ScanResult, scan } from '../sense/scan/scan.ts';
import type { Ports } from './ports.ts';

export interface DeclaredPorts extends Pick<Ports, 'workspace' | 'readWorkspace'> {
  readonly providers: readonly Provider[];
  readonly tell: (fault: Fault) => void;
  readonly heard: (event: EngineEvent) => void;
  /** The declared ones as the developer edited them by hand, or would have. */
  readonly edited?: (declared: readonly Resource[], by?: Overlay) => readonly Resource[];
  /** The declared ones as they are to be had now: the branch's copies, and standbys beside them. */
  readonly asHad?: (declared: readonly Resource[]) => readonly Resource[];
}

/** What the workspace declares: the last scan, and the engines' events of what it found. */
export function createDeclared({ workspace, readWorkspace, providers, tell, heard, ...ports }: DeclaredPorts) {
  const { asHad = (declared) => declared, edited = (declared) => declared } = ports;
  /** As the files have it. */
  let found: ScanResult = EMPTY_SCAN;
  let scanned: ScanResult = EMPTY_SCAN;
  let had: readonly Resource[] = [];
  let byId: ReadonlyMap<ResourceId, Resource> = new Map();
  const unwatch: (() => void)[] = [];
  const hasCluster = providers.some((p) => p.name === 'kubernetes');

  function tellProblems(messages: readonly string[]): void {
    for (const message of messages) tell({ code: 'bad-file', retry: 'never', message });
  }

  function refresh(): void {
    const { resources } = withoutCycles(edited(found.resources));
    const added = resources.filter((r) => !found.resources.some((f) => f.id === r.id));
    const connections = added
      .flatMap((r) => [[r.id, connectionOf(r)] as const])
      .filter((c): c is [string, Record<string, string>] => c[1] !== undefined);
    scanned = { ...found, resources, environment: { ...found.environment, ...Object.fromEntries(connections) } };
    had = asHad(scanned.resources);
    byId = new Map(had.map((r) => [r.id, r]));
  }

  function stopWatching(): void {
    for (const stop of unwatch.splice(0)) stop();
  }

  return {
    /** With the developer's edits. */
    scanned: (): ScanResult => scanned,
    /** By the files alone. */
    declared: (): readonly Resource[] => found.resources,
    /** As they would be by these edits. */
    editedBy: (overlay: Overlay): readonly Resource[] => asHad(withoutCycles(edited(found.resources, overlay)).resources),
    /** As they are to be had now. */
    resources: (): readonly Resource[] => had,
    refresh,
    byId: (): ReadonlyMap<ResourceId, Resource> => byId,
    get: (id: ResourceId): Resource | undefined => byId.get(id),
    uses: (command: Parameters<NormaliseContext['uses']>[0]): readonly ResourceId[] =>
      scanned.commands
        .filter((use) => use.match.program === command.program && (use.match.sub === undefined || use.match.sub === command.sub))
        .flatMap((use) => use.resources),
    async rescan(): Promise<void> {
      const files = await readWorkspace();
      // Where no cluster was named, manifests are nobody's to warm.
      const read = scan(
        workspace,
        files.files.filter((f) => hasCluster || !isManifestFile(f.path)),
      );
      const { resources, cut } = withoutCycles(read.resources);
      found = { ...read, resources };
      refresh();
      tellProblems([...files.problems, ...found.problems].map((problem) => problem.message));
      tellProblems(cut.map((edge) => `${edge} closes a circle of dependencies; this edge is ignored. Remove it from depends_on.`));
    },
    watch(): void {
      stopWatching();
      for (const provider of providers) if (provider.watch) unwatch.push(provider.watch(had, heard));
    },
    stopWatching,
  };
}

export type Declared = ReturnType<typeof createDeclared>;
