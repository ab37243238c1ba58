"""memblokir event loop

kehilangan:
- Isi tanpa Content-Length dan isi yang dimampatkan juga tersimpan utuh
- max_concurrent kurang dari 1 ditolak dengan ValueError
- Nama berkas yang sama dua kali ditolak dengan ValueError, sebelum ada permintaan
- Status 404 menghasilkan (filename, False)
- Apa pun sebab gagalnya, hasilnya (filename, False), bukan galat
- Unduhan yang gagal tidak mengganggu unduhan lain
- Unduhan yang gagal tidak meninggalkan berkas apa pun
- Berkas lama tetap seperti semula bila unduhan barunya gagal
- Nama akhirnya baru muncul sesudah berkasnya utuh
- Kemajuan tidak pernah turun dan tidak pernah lebih dari 100, juga untuk isi yang dimampatkan
- Tanpa Content-Length kemajuan tetap None sampai selesai, lalu 100.0
- Berkas kosong pun berakhir pada 100.0
- Unduhan yang gagal tidak pernah mencapai 100.0
- Unduhan yang diam di tengah isi gagal sesudah stall_timeout detik
- Server yang tidak menjawab, dan sambungan yang tidak terbentuk, juga dihitung diam
- Unduhan yang lambat tetapi terus menerima byte tidak diputus
- Berkas tidak pernah dibuka di thread event loop
- Satu download_multiple memakai satu sesi: sambungannya dipakai ulang
- Pembatalan tidak meninggalkan berkas sementara dan tidak merusak berkas lama
- Kemajuan adalah persen isi yang sudah tiba
- Setiap unduhan ada di progress sejak ia mulai, dan halaman galat tidak dihitung
- Isi tidak pernah ditulis di thread event loop
"""

import asyncio
import aiohttp

class AsyncDownloadManager:
    """Manage multiple concurrent downloads"""
    
    def __init__(self, max_concurrent=5, *, stall_timeout=30.0):
        self.semaphore = asyncio.Semaphore(max_concurrent)
        self.progress = {}
    
    async def download_file(self, url, filename):
        """Download single file"""
        async with self.semaphore:
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
                try:
                    async with session.get(url) as response:
                        total = response.content_length
                        downloaded = 0
                        
                        with open(filename, 'wb') as f:
                            async for chunk in response.content.iter_chunked(8192):
                                f.write(chunk)
                                downloaded += len(chunk)
                                self.progress[filename] = (downloaded / total) * 100
                        
                        return filename, True
                
                except Exception as e:
                    print(f"Error downloading {url}: {e}")
                    return filename, False
    
    async def download_multiple(self, downloads):
        """Download multiple files"""
        tasks = [
            self.download_file(url, filename)
            for url, filename in downloads
        ]
        
        results = await asyncio.gather(*tasks)
        return results
