#!/bin/sh
# Menyiapkan volume: pemilik dan izin folder. Dijalankan root sebelum formgrader; boleh diulang, dan tidak
# pernah menghapus atau mengubah isi folder.
# Pemakaian: prepare.sh TEMPAT_PENUKARAN TABEL_AKUN FOLDER_KURSUS
set -eu
exchange=$1
accounts=$2
course=$3

hub=1000
account=10000

# nbgrader menolak tempat penukaran yang tidak dapat ditulis semua orang; sticky bit (1777) menjaga agar tidak
# ada yang dapat mengganti nama atau menghapus milik orang lain di dalamnya.
install -d -m 1777 "$exchange"
install -d -o "$account" -g "$account" -m 755 "$exchange/modul11" "$exchange/modul11/outbound"
# Kiriman: murid hanya dapat menaruh, tidak dapat melihat daftarnya; sticky bit juga di sini.
install -d -o "$account" -g "$account" -m 3733 "$exchange/modul11/inbound"

# Tabel akun: hanya ditulis Hub. Tabel yang sudah ada tidak disentuh.
install -d -o "$hub" -g "$hub" -m 755 "$accounts"
[ -e "$accounts/passwd" ] || install -o "$hub" -g "$hub" -m 644 /dev/null "$accounts/passwd"

# Jawaban, uji tersembunyi, buku nilai.
install -d -o "$account" -g "$account" -m 700 "$course"
