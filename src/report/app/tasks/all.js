// Every task of the page, in the order of the tabs. A task is there where the server has its routes.
import {attention} from './attention.jsx';
import {classes} from './classes.jsx';
import {contacts} from './contacts.jsx';
import {fold} from './fold.jsx';
import {generate} from './generate.jsx';
import {masks} from './masks.jsx';
import {neighbours} from './neighbours.jsx';
import {scan} from './scan.jsx';
import {search} from './search.jsx';
import {structure} from './structure.jsx';
import {embed} from './vectors.jsx';

const kAll = [embed, neighbours, masks, scan, contacts, attention, classes, search, generate, fold, structure];

/// -> {there: [tasks with their table of settings], missing: [names]}
export function tasksOf(openapi, info) {
  const paths = openapi.paths ?? {};
  const can = task => task.routes.every(route => route in paths) && (task.there?.(openapi, info) ?? true);
  return {
    there: kAll.filter(can).map(task => ({...task, settings: task.settings(info, openapi)})),
    missing: kAll.filter(task => !can(task)).map(task => task.name),
  };
}
