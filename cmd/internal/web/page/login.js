// The form of the token: it goes into the body of a request, never into an address.
const form = document.getElementById('login');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const wrong = document.getElementById('wrong');
  wrong.textContent = '';
  const response = await fetch('/login', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token: document.getElementById('token').value }),
  });
  if (response.ok) {
    location.replace('/');
    return;
  }
  wrong.textContent = (await response.json()).error;
  document.getElementById('token').select();
});
