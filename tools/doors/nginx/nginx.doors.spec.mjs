import { describeDoor } from '../door-suite.mjs';
import { startDoor } from './nginx-door.mjs';

describeDoor('nginx', startDoor);
