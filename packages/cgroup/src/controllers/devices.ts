import { deviceWrites } from '../device-list.ts';
import type { Controller } from './controller.ts';

/** v1 only: under v2 a program decides, see deviceProgram. */
export const devices: Controller = {
  names: { 1: 'devices', 2: undefined },
  settings({ devices = [] }, view) {
    if (view.version === 2) return [];
    return deviceWrites(devices, view.fresh ? undefined : (view.read('devices.list') ?? ''));
  },
};
