// Saves what was made on this machine: nothing is sent anywhere.

export function fileName(text) {
  return (
    text
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 80) || 'groel'
  );
}

export function saveUrl(url, name) {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

export function saveText(text, name, type = 'text/plain') {
  const url = URL.createObjectURL(new Blob([text], {type: type + ';charset=utf-8'}));
  saveUrl(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/// Rows of cells as RFC 4180 has them; `mark` is the delimiter.
export function separated(rows, mark) {
  const special = new RegExp(`["\\r\\n${mark}]`);
  const cell = value => {
    const text = value === null || value === undefined || Number.isNaN(value) ? '' : String(value);
    return special.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  };
  return rows.map(row => row.map(cell).join(mark) + '\n').join('');
}
