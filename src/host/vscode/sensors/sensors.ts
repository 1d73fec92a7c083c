import type * as vscode from 'vscode';
import type { Signal } from '../../../sense/signal.ts';
import { debugSensor } from './debugSensor.ts';
import { editorSensor } from './editorSensor.ts';
import { gitSensor } from './gitSensor.ts';
import { taskSensor } from './taskSensor.ts';
import { terminalSensor } from './terminalSensor.ts';

export type Record = (signal: Signal) => void;

export const startSensors = (record: Record): readonly vscode.Disposable[] =>
  [editorSensor, terminalSensor, taskSensor, debugSensor, gitSensor].flatMap((sensor) => sensor(record));
