/** What is known of the programs that developers run: the allow-lists behind `parseCommand`. */

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** How many words after the program may be kept, and which: everything else is an argument and is dropped. */
export const SUB_COMMANDS: Readonly<Record<string, ReadonlySet<string>>> = {
  git: words(
    'add am apply bisect blame branch checkout cherry-pick clean clone commit diff fetch init log merge mv pull push rebase reset restore revert rm show stash status switch tag worktree',
  ),
  docker: words(
    'attach build buildx compose container cp events exec image images inspect kill logs network pause ps pull push restart rm rmi run start stats stop system tag top unpause volume wait',
  ),
  podman: words('build compose exec images inspect kill logs machine network pod ps pull push restart rm rmi run start stop volume'),
  kubectl: words(
    'apply attach config cp create debug delete describe edit exec explain get logs patch port-forward rollout run scale top wait',
  ),
  cargo: words('add bench build check clean clippy doc fix fmt init install new nextest publish run test tree update watch'),
  go: words('build clean env fmt generate get install list mod run test tool vet work'),
  helm: words('dependency get install lint list repo rollback status template test uninstall upgrade'),
  terraform: words('apply destroy fmt import init output plan refresh show state validate workspace'),
  tofu: words('apply destroy fmt import init output plan refresh show state validate workspace'),
  dotnet: words('add build clean ef format new pack publish restore run test tool watch'),
  mvn: words('clean compile deploy install package test validate verify'),
  systemctl: words('disable enable reload restart start status stop'),
  apt: words('install list remove search show update upgrade'),
  'apt-get': words('install remove update upgrade'),
  brew: words('info install list search services uninstall update upgrade'),
  pip: words('check freeze install list show uninstall'),
  pip3: words('check freeze install list show uninstall'),
  poetry: words('add build check env install lock publish remove run shell show update version'),
  uv: words('add build cache init lock pip publish python remove run sync tool tree venv'),
  bundle: words('add check clean config exec install lock outdated update'),
  rails: words('console db:create db:drop db:migrate db:rollback db:seed dbconsole destroy generate new routes runner server test'),
  mix: words('compile deps.get ecto.create ecto.migrate ecto.reset format phx.server run test'),
  composer: words('dump-autoload install require run-script test update'),
  php: words('artisan'),
  gh: words('api auth browse gist issue pr release repo run workflow'),
  aws: words('cloudformation dynamodb ec2 ecr ecs eks iam lambda logs rds s3 secretsmanager sqs ssm sts'),
  minikube: words('dashboard delete kubectl service start status stop tunnel'),
  kind: words('build create delete get load'),
  vagrant: words('destroy halt provision reload ssh status suspend up'),
  devcontainer: words('build down exec read-configuration run-user-commands up'),
  prisma: words('db format generate init migrate studio validate'),
  prewarm: words('backtest cluster doctor down forecast import learn match plan scan simulate status up why'),
};

export const COMPOSE_COMMANDS = words(
  'build config create down events exec images kill logs ls pause port ps pull push restart rm run start stop top unpause up version wait watch',
);
/** They may name a service, which is kept. */
export const COMPOSE_ON_SERVICE = words('exec logs restart rm run start stop up');

/** Their first word is a script or target that the project itself declares. */
export const RUNNERS = words('npm pnpm yarn bun make gmake just task rake gradle gradlew nx turbo invoke');
export const RUNNER_ALIASES: Readonly<Record<string, string>> = { t: 'test', tst: 'test', i: 'install', 'run-script': 'run' };

/** Their first operand is a program of the workspace: kept where it is a relative path. */
export const INTERPRETER =
  /^(?:node|deno|bun|tsx|ts-node|python[\d.]*|ruby|perl|php|bash|sh|zsh|pytest|vitest|jest|mocha|rspec|playwright)$/;
/** `deno run x.ts`, `tsx watch x.ts`, `node inspect x.js`: words before the file. */
export const INTERPRETER_VERBS = words('run watch inspect test debug');
export const SHELL = /^(?:ba|da|k|z|fi)?sh$/;

/** Clients whose `-p` (or MySQL's `-P`) is the port of a server. */
export const PORT_CLIENT =
  /^(?:psql|pg_\w+|pgcli|pgbench|createdb|dropdb|mysql\w*|mariadb[\w-]*|mycli|redis-cli|redis-benchmark|valkey-cli|mongosh?|mongo\w+)$/;

/** They stand before the command that matters; with their flags that take the next word. */
export const PREFIXES: Readonly<Record<string, ReadonlySet<string>>> = {
  sudo: words('-u -g -h -p -C -D -R -T -U --user --group'),
  doas: words('-u -C'),
  env: words('-u -C --unset --chdir'),
  time: words('-f -o'),
  nice: words('-n'),
  ionice: words('-c -n'),
  exec: words('-a'),
  npx: words('-p --package -w --workspace'),
  bunx: words('-p --package'),
  pnpx: words('-p --package'),
  xargs: words('-n -P -I -d -a -L -s -E'),
  watch: words('-n --interval'),
  stdbuf: words('-i -o -e'),
  timeout: words('-s -k --signal --kill-after'),
  dotenv: words('-e -f -c'),
  nohup: words(''),
  setsid: words(''),
  command: words(''),
  builtin: words(''),
  winpty: words(''),
};
/** Prefixes that take operands of their own before the command: `timeout 5 npm test`. */
export const PREFIX_OPERANDS: Readonly<Record<string, number>> = { timeout: 1 };
/** Two words that stand before the command: the second by the first. */
export const WRAPPERS: Readonly<Record<string, ReadonlySet<string>>> = {
  poetry: words('run'),
  uv: words('run'),
  pipenv: words('run'),
  rye: words('run'),
  hatch: words('run'),
  bundle: words('exec'),
  npm: words('exec'),
  pnpm: words('exec dlx'),
  yarn: words('exec dlx'),
  bun: words('x'),
};

/** The shell's own words: what follows the first is a command, the others begin none. */
export const LEADING_KEYWORDS = words('do then else elif if while until ! {');
export const OTHER_KEYWORDS = words('for select case esac done fi function in } [ [[ ]]');

/** Flags that take the next word, so that it is not mistaken for an operand. */
export const VALUE_FLAGS: Readonly<Record<string, ReadonlySet<string>>> = {
  git: words('-C -c --git-dir --work-tree --namespace'),
  npm: words('--prefix -C -w --workspace --loglevel --registry --userconfig'),
  pnpm: words('-C --dir --filter -F --loglevel --registry'),
  yarn: words('--cwd'),
  bun: words('--cwd --filter --env-file --preload -r'),
  make: words('-C -f -I -o -W --directory --file --include-dir'),
  gmake: words('-C -f -I -o -W --directory --file'),
  just: words('-f -d --justfile --working-directory'),
  task: words('-d -t --dir --taskfile'),
  gradle: words('-p -b -c --project-dir'),
  gradlew: words('-p -b -c --project-dir'),
  docker: words(
    '-H -c -l --context --host --config --log-level -f --file -p --project-name --profile --env-file --project-directory --ansi --progress --parallel --scale -t --timeout --tail -e --env -u --user -w --workdir --name -v --volume',
  ),
  'docker-compose': words(
    '-H --host -f --file -p --project-name --profile --env-file --project-directory --ansi --scale -t --timeout --tail -e --env -u --user -w --workdir --name -v --volume',
  ),
  kubectl: words('-n --namespace --context --kubeconfig --cluster --user'),
  helm: words('-n --namespace --kube-context --kubeconfig'),
  cargo: words('--manifest-path --color -Z --config -C'),
  go: words('-C'),
  mvn: words('-f -P -pl -T -s'),
  dotnet: words('--project'),
  poetry: words('-C --directory -P --project'),
  uv: words('--directory --project --with --python -p --env-file --extra --group'),
  node: words('-r --require --import --loader --experimental-loader --env-file -C --conditions -e --eval -p --print'),
  deno: words('-c --config'),
  tsx: words('--tsconfig --env-file -r --require --import -e --eval'),
  python: words('-W -X -c -m'),
  ruby: words('-r -I -e'),
  perl: words('-I -e -M'),
  php: words('-r -d -c'),
  bash: words('-c -o --rcfile --init-file'),
  pytest: words('-k -m -p -c -n -o --maxfail --rootdir --cov'),
  vitest: words('-t -c --config --project --dir --root'),
  jest: words('-t -c --config --testNamePattern'),
  mocha: words('-g -r --grep --require --config'),
  aws: words('--profile --region --output'),
};
