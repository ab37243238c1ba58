#!/bin/sh
# Permulaan setiap kontainer: dimulai sebagai root, rumah dijadikan milik orangnya, lalu menjadi orang itu
# untuk seterusnya. Yang sudah dimulai sebagai pengguna lain (formgrader, dask) langsung berjalan.
set -eu

gagal() {
    echo "modul11: $1" >&2
    exit 1
}

[ "$(id -u)" = 0 ] || exec "$@"

[ -n "${NB_USER:-}" ] || gagal "NB_USER kosong: server ini tidak dimulai oleh Hub dengan pengaturan dari values.yaml."
for id in "${NB_UID:-}" "${NB_GID:-}"; do
    case $id in
    '' | *[!0-9]*) gagal "NB_UID dan NB_GID harus bilangan, bukan '${NB_UID:-}' dan '${NB_GID:-}'." ;;
    esac
    [ "$id" -ge 1000 ] || gagal "uid $id milik sistem; $NB_USER tidak boleh memakainya."
done
nama=$(getent passwd "$NB_UID" | cut -d: -f1)
[ "$nama" = "$NB_USER" ] || gagal "uid $NB_UID di tabel akun bukan milik $NB_USER (tetapi '$nama'). Periksa volume modul11-accounts."

if [ "$(stat -c %u:%g "$HOME")" != "$NB_UID:$NB_GID" ]; then
    chown "$NB_UID:$NB_GID" "$HOME" || gagal "$HOME tidak dapat dijadikan milik $NB_USER; volume rumah harus mengizinkan root mengubah pemilik."
fi

export USER="$NB_USER" LOGNAME="$NB_USER"
exec setpriv --reuid="$NB_UID" --regid="$NB_GID" --clear-groups --inh-caps=-all --no-new-privs -- "$@"
