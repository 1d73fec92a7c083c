import { createForeignProvider, type ForeignEngine } from '../provision/foreign.ts';
import type { Provider } from '../provision/provider.ts';
import { redact } from '../sense/redact.ts';

export interface ForeignEnginePorts {
  readonly providers: readonly Provider[];
  readonly log: (line: string) => void;
  readonly clean: (text: string) => string;
  readonly left: (provider: Provider) => void;
}

/** Our engines, and behind them those of other extensions, which come and go. */
export function createForeignEngines({ providers: own, log, clean, left }: ForeignEnginePorts) {
  const providers: Provider[] = [...own];
  return {
    /** Grows and shrinks. */
    providers: providers as readonly Provider[],
    add(engine: ForeignEngine): () => void {
      const provider = createForeignProvider(engine, { log, clean: (text) => redact(clean(text)).text });
      providers.push(provider);
      log(`The engine ${engine.name} of another extension was registered.`);
      return () => {
        const at = providers.indexOf(provider);
        if (at < 0) return;
        providers.splice(at, 1);
        left(provider);
        void provider.close();
      };
    },
  };
}
