import { accessLog, nginxJson } from './accessLog.ts';
import { activityWatch } from './activityWatch.ts';
import { atuin } from './atuin.ts';
import { cloudTrail } from './cloudTrail.ts';
import { gitReflog } from './gitReflog.ts';
import { har } from './har.ts';
import type { Importer } from './importer.ts';
import { kubernetesAudit } from './kubernetesAudit.ts';
import { bash, fish, powershell, zsh } from './shells.ts';
import { wakaTime } from './wakaTime.ts';

/** The foreign formats by the name that the command line knows them by. */
export const IMPORTERS: Readonly<Record<string, Importer>> = {
  bash,
  zsh,
  fish,
  powershell,
  atuin,
  'git-reflog': gitReflog,
  activitywatch: activityWatch,
  wakatime: wakaTime,
  'access-log': accessLog,
  'nginx-json': nginxJson,
  har,
  cloudtrail: cloudTrail,
  'kubernetes-audit': kubernetesAudit,
};
