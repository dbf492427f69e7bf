// Where the page begins: with a result of its own (groel open) that is shown, else with the server that it came from.
import {render} from 'preact';
import {App} from './app.jsx';
import {Opened} from './offline/opened.jsx';

const result = document.getElementById('result');
render(result ? <Opened result={JSON.parse(result.textContent)} /> : <App />, document.getElementById('page'));
