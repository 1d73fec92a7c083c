import type * as vscode from 'vscode';
import { debugSensor } from './debugSensor.ts';
import { editorSensor } from './editorSensor.ts';
import { gitSensor } from './gitSensor.ts';
import type { Record } from './record.ts';
import { taskSensor } from './taskSensor.ts';
import { terminalSensor } from './terminalSensor.ts';

export const startSensors = (record: Record): readonly vscode.Disposable[] =>
  [editorSensor, terminalSensor, taskSensor, debugSensor, gitSensor].flatMap((sensor) => sensor(record));
